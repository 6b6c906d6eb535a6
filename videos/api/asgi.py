"""A request to one of the ASGI apps that take bytes, and the answer to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from accounts import credentials
from videos.api.problems import CONTENT_TYPE, Told

TUS = "tus-resumable"


class Disconnected(Exception):
    """Raised when the client goes away before its body has arrived."""


class Asked:
    """A request: its method, its path, its headers by lower-case names, and its body, which is read
    once. A client of tus may name the method in a header."""

    def __init__(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> None:
        self.scope = scope
        self.path: str = scope["path"]
        self.headers: Mapping[str, str] = credentials.headers_of(scope["headers"])
        self.is_tus = TUS in self.headers
        other = self.headers.get("x-http-method-override") if self.is_tus else None
        self.method = (other or scope["method"]).upper()
        self.client = scope["client"][0] if scope["client"] else None
        self.is_read = False
        self._receive = receive

    @property
    def announced(self) -> int | None:
        """The length of the body in bytes, if ``Content-Length`` tells it."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() else None

    @property
    def length(self) -> int | None:
        """The length of the body in bytes; None if it ends when it ends."""
        return None if "transfer-encoding" in self.headers else self.announced or 0

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body in blocks. Raises ``Disconnected``."""
        while not self.is_read:
            event: Any = await self._receive()
            if event["type"] == "http.disconnect":
                raise Disconnected
            self.is_read = not event.get("more_body", False)
            if block := event.get("body", b""):
                yield block


@dataclass(frozen=True)
class Answer:
    """A status, headers, and what is told as JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] | None = None
    content_type: str = "application/json"

    @classmethod
    def refusing(cls, known: Told) -> Answer:
        """Return the answer that tells a refusal."""
        return cls(known.status, known.headers, known.problem, CONTENT_TYPE)

    def with_headers(self, more: Mapping[str, str]) -> Answer:
        """Return the answer with further headers."""
        return replace(self, headers={**self.headers, **more})

    async def send(self, asked: Asked, send: ASGISendCallable) -> None:
        """Send the answer. If the request was not read to its end, the connection is closed."""
        body = b"" if self.told is None else json.dumps(self.told, default=str).encode()
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        headers |= self.headers
        if self.status != 204:
            headers["Content-Length"] = str(len(body))
        if body:
            headers["Content-Type"] = self.content_type
        if not asked.is_read and asked.length != 0:
            headers["Connection"] = "close"
        pairs = [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()]
        start: Any = {"type": "http.response.start", "status": self.status, "headers": pairs}
        await send(start)
        content = b"" if asked.scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": content, "more_body": False})
