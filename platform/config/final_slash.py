"""Addresses of the API with and without their final slash are the same, for everything behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope

_PREFIXES = ("/api/", "/ws/")


@dataclass(frozen=True)
class FinalSlash:
    """ASGI middleware: what comes without the slash goes on with it, whatever the method; a
    redirect would lose the body of a POST, or make a GET of it."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass it on, under the one address."""
        if scope["type"] != "lifespan" and _lacks_slash(scope["path"]):
            more: dict[str, Any] = {"path": f"{scope['path']}/"}
            if scope.get("raw_path"):
                more["raw_path"] = scope["raw_path"] + b"/"
            scope = cast("Scope", {**scope, **more})
        await self.app(scope, receive, send)


def _lacks_slash(path: str) -> bool:
    return path.startswith(_PREFIXES) and not path.endswith("/")
