"""Treat API addresses with and without the final slash alike, for all middleware behind this. Those
that are named like files have none; all others have one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

_PREFIXES = ("/api/", "/ws/")
_FILE = re.compile(r"/api/v1/videos/[^/]+/transcript\.[a-z]+/?")


@dataclass(frozen=True)
class FinalSlash:
    """ASGI middleware that spells the path of a request in the way that the routes do, whatever its
    method. A redirect would lose the body of a POST or turn it into a GET."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on."""
        if scope["type"] != "lifespan" and (path := _spelt(scope["path"])) != scope["path"]:
            more: dict[str, Any] = {"path": path}
            if raw := scope.get("raw_path"):
                more["raw_path"] = raw + b"/" if path.endswith("/") else raw.removesuffix(b"/")
            scope = cast("Scope", {**scope, **more})
        await self.app(scope, receive, send)


def _spelt(path: str) -> str:
    """Return a path with or without the final slash, as its route has it."""
    if not path.startswith(_PREFIXES):
        return path
    if _FILE.fullmatch(path):
        return path.removesuffix("/")
    return path if path.endswith("/") else f"{path}/"
