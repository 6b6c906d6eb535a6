"""Treat API addresses with and without the final slash alike, for all middleware behind this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

_PREFIXES = ("/api/", "/ws/")


@dataclass(frozen=True)
class FinalSlash:
    """ASGI middleware that adds a missing final slash to a request, whatever its method. A redirect
    would lose the body of a POST or turn it into a GET."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on with the final slash."""
        if scope["type"] != "lifespan" and _lacks_slash(scope["path"]):
            more: dict[str, Any] = {"path": f"{scope['path']}/"}
            if scope.get("raw_path"):
                more["raw_path"] = scope["raw_path"] + b"/"
            scope = cast("Scope", {**scope, **more})
        await self.app(scope, receive, send)


def _lacks_slash(path: str) -> bool:
    return path.startswith(_PREFIXES) and not path.endswith("/")
