"""A tus request, and the answer to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

from accounts import credentials
from accounts.models import User
from videos.api import problems
from videos.api.tus.refusals import VERSION, Refused

BYTES = "application/offset+octet-stream"
PREFIX = "/api/v1/tus/"


class Disconnected(Exception):
    """Raised when the client goes away before its body has arrived."""


class Asked:
    """A request: its method, the upload it names, its headers, and its body, read once."""

    user: User

    def __init__(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> None:
        self.scope, self.path = scope, scope["path"]
        self.headers = credentials.headers_of(scope["headers"])
        override = self.headers.get("x-http-method-override")
        self.method = (override or scope["method"]).upper()
        self.is_read = False
        self._receive = receive

    @property
    def upload_id(self) -> UUID | None:
        """The id in the path; None for the address of creations. Raises ``Refused``."""
        name = self.path.removeprefix(PREFIX).strip("/")
        try:
            return UUID(name) if name else None
        except ValueError as error:
            raise Refused("nothing") from error

    @property
    def length(self) -> int | None:
        """The length of the body in bytes, if it is announced."""
        text = self.headers.get("content-length", "")
        if "transfer-encoding" in self.headers:
            return None
        return int(text) if text.isdecimal() else 0

    @property
    def has_bytes(self) -> bool:
        """Whether the body is said to be bytes of a file."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == BYTES

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
    """A status, headers, and a problem if the request was refused."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    problem: Mapping[str, object] | None = None

    async def send(self, asked: Asked, send: ASGISendCallable) -> None:
        """Send the answer. If the request was not read to its end, the connection is closed."""
        body = b""
        headers = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
        headers |= {"X-Content-Type-Options": "nosniff", **self.headers}
        if self.problem is not None:
            body = json.dumps({**self.problem, "instance": asked.path}, default=str).encode()
            headers["Content-Type"] = problems.CONTENT_TYPE
        if self.status != 204:
            headers["Content-Length"] = str(len(body))
        if not asked.is_read and asked.length != 0:
            headers["Connection"] = "close"
        pairs = [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()]
        start: Any = {"type": "http.response.start", "status": self.status, "headers": pairs}
        await send(start)
        content = b"" if asked.scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": content, "more_body": False})
