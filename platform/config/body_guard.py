"""Refuse request bodies over the limit before they are read.

Under ASGI Django spools a whole body before any view sees it, so the limit must stand in
front: by Content-Length where it is announced, by count where it is not.
"""

import json
from dataclasses import dataclass

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
)

from videos.api.problems import CONTENT_TYPE, body

FORM_BYTES = 4 * 1024**2
# What a multipart form adds around a file: boundaries, headers, the other fields.
_FORM_OVERHEAD = 64 * 1024


class BodyTooLarge(Exception):
    """Raised to the reader of a body that grew over its limit."""


@dataclass(frozen=True)
class BodyGuard:
    """ASGI middleware; ``upload_path`` may take ``upload_bytes``, everything else a form's."""

    app: ASGI3Application
    upload_path: str
    upload_bytes: int

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope)
        announced = _content_length(scope)
        if announced is not None and announced > limit:
            await self._refuse(scope, send)
            return
        await self._count(scope, receive, send, limit)

    async def _count(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable, limit: int
    ) -> None:
        seen, answered = 0, False

        async def counted() -> ASGIReceiveEvent:
            nonlocal seen
            event = await receive()
            if event["type"] == "http.request":
                seen += len(event["body"])
                if seen > limit:
                    raise BodyTooLarge
            return event

        async def noted(event: ASGISendEvent) -> None:
            nonlocal answered
            answered = True
            await send(event)

        try:
            await self.app(scope, counted, noted)
        except BodyTooLarge:
            if not answered:
                await self._refuse(scope, send)

    def _limit(self, scope: HTTPScope) -> int:
        if scope["path"] == self.upload_path:
            return self.upload_bytes + _FORM_OVERHEAD
        return FORM_BYTES

    async def _refuse(self, scope: HTTPScope, send: ASGISendCallable) -> None:
        upload = scope["path"] == self.upload_path
        detail = (
            f"At most {self.upload_bytes:,} bytes can be posted in one request. Let the operator "
            "take larger files in with `manage.py import_file`, or raise VODLOOM_MAX_POST_BYTES."
            if upload
            else f"At most {FORM_BYTES:,} bytes are taken here."
        )
        problem = body(413, "body_too_large", detail, instance=scope["path"])
        await send(
            {
                "type": "http.response.start",
                "status": 413,
                "headers": [
                    (b"content-type", CONTENT_TYPE.encode()),
                    (b"connection", b"close"),
                ],
                "trailers": False,
            }
        )
        await send(
            {
                "type": "http.response.body",
                "body": json.dumps(problem).encode(),
                "more_body": False,
            }
        )


def _content_length(scope: HTTPScope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return None
