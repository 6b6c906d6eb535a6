"""Refuse request bodies before they are read: without credentials, over the limit, or too slow.

Django receives a whole body before any view sees it, so these checks must come first. The headers
tell who may upload. The size comes from Content-Length if it is announced, and otherwise from
counting the bytes.
"""

import asyncio
import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
)
from django.conf import settings
from django.utils.http import parse_header_parameters

from config.arriving_forms import is_form
from videos.api.problems import CONTENT_TYPE, body

FORM_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
# The bytes that a multipart form adds to a file: boundaries, headers, the other fields.
_FORM_OVERHEAD = 64 * 1024
_ENCODING = b"content-encoding"
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")


@dataclass(frozen=True)
class Refusal:
    """An answer in place of the application's: status, stable code, a sentence, and headers."""

    status: int
    code: str
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class BodyRefused(Exception):
    """Raised to the reader of a body, or by it, when the rest of the body is refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True)
class Pace:
    """The slowest allowed pace of a body: ``grace`` seconds for the first bytes or any pause, and
    ``bytes_per_second`` after that."""

    grace: float = 60.0
    bytes_per_second: float = 16 * 1024

    def seconds_left(self, since_begin: float, seen: int) -> float:
        """Return how many seconds the next bytes may take."""
        return min(self.grace, self.grace + seen / self.bytes_per_second - since_begin)


Admit = Callable[[HTTPScope, int | None], Awaitable[Refusal | None]]
"""Returns why an upload is refused, judging by its headers and announced length, or None."""


@dataclass(frozen=True)
class BodyGuard:
    """ASGI middleware. Each path of ``upload_paths`` takes forms of up to so many bytes from
    clients that ``admit`` allows, and nothing else. Paths of ``form_paths`` (regular expressions)
    do so too, and take other bodies as all paths do. What is below a path in ``counts`` counts the
    bytes by itself. Every other request may have a body of ``FORM_BYTES``."""

    app: ASGI3Application
    upload_paths: Mapping[str, int]
    admit: Admit
    pace: Pace = Pace()
    counts: tuple[str, ...] = ()
    form_paths: Mapping[str, int] = field(default_factory=dict)

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on, or answer why it is refused."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = await self._refusal(scope)
        if refusal is not None:
            await refuse(refusal, scope, send)
            return
        await self._watch(scope, receive, send)

    async def _refusal(self, scope: HTTPScope) -> Refusal | None:
        if _is_encoded(scope):
            return _ENCODED
        if _is_in_other_letters(scope):
            return _NOT_UTF8
        announced = _content_length(scope)
        if announced is not None and announced > self._limit(scope):
            return self._too_large(scope)
        if self._is_upload(scope):
            return await self.admit(scope, announced)
        return None

    async def _watch(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        limit, began = self._limit(scope), time.monotonic()
        seen, whole, answered = 0, False, False

        async def watched() -> ASGIReceiveEvent:
            nonlocal seen, whole
            if whole:  # the next event is that the client disconnects
                return await receive()
            left = self.pace.seconds_left(time.monotonic() - began, seen)
            try:
                async with asyncio.timeout(max(left, 0)):
                    event = await receive()
            except TimeoutError:
                raise BodyRefused(_TOO_SLOW) from None
            if event["type"] == "http.request":
                seen += len(event["body"])
                whole = not event.get("more_body", False)
                if seen > limit:
                    raise BodyRefused(self._too_large(scope))
            return event

        async def noted(event: ASGISendEvent) -> None:
            nonlocal answered
            answered = True
            await send(event)

        try:
            await self.app(scope, watched, noted)
        except BodyRefused as refused:
            if not answered:
                await refuse(refused.refusal, scope, send)
        except asyncio.CancelledError:  # the server stops, and its grace period is over
            if answered:
                raise
            await refuse(_STOPPING, scope, send)

    def _is_upload(self, scope: HTTPScope) -> bool:
        if scope["method"] != "POST":
            return False
        return scope["path"] in self.upload_paths or (is_form(scope) and self._most(scope) > 0)

    def _most(self, scope: HTTPScope) -> int:
        """Return how many bytes a form may have at a path; 0 if it takes none."""
        path = scope["path"]
        if path in self.upload_paths:
            return self.upload_paths[path]
        fitting = (most for form, most in self.form_paths.items() if re.fullmatch(form, path))
        return next(fitting, 0)

    def _limit(self, scope: HTTPScope) -> float:
        if scope["path"].startswith(self.counts):
            return math.inf
        if not self._takes_file(scope):
            return FORM_BYTES
        return self._most(scope) + _FORM_OVERHEAD

    def _takes_file(self, scope: HTTPScope) -> bool:
        return self._is_upload(scope) and is_form(scope)

    def _too_large(self, scope: HTTPScope) -> Refusal:
        detail = (
            f"At most {self._most(scope):,} bytes can be posted in one request. "
            "Send a larger video in parts (by tus, or to an address from /api/v1/uploads/), or "
            "import it by its URL (/api/v1/videos/import/). The operator can take it in by "
            "`manage.py import_file`, or raise VODLOOM_MAX_POST_BYTES, for images "
            "VODLOOM_MAX_IMAGE_BYTES."
            if self._takes_file(scope)
            else f"The body may have at most {FORM_BYTES:,} bytes here."
        )
        return Refusal(413, "body_too_large", detail)


_STOPPING = Refusal(
    503,
    "server_stopping",
    "This server was stopped before it had received the whole body. Send it again.",
    ((b"retry-after", b"1"),),
)
_ENCODED = Refusal(
    415, "unsupported_media_type", "Send the body as it is, without a Content-Encoding."
)
_NOT_UTF8 = Refusal(415, "unsupported_media_type", "Send text in UTF-8, and name no other charset.")
_TOO_SLOW = Refusal(408, "body_too_slow", "The body arrived too slowly. Send it again.")


async def refuse(refusal: Refusal, scope: HTTPScope, send: ASGISendCallable) -> None:
    """Answer with a refusal and close the connection, so that the rest need not be read."""
    problem = body(refusal.status, refusal.code, refusal.detail, instance=scope["path"])
    headers = [(b"content-type", CONTENT_TYPE.encode()), (b"connection", b"close")]
    await send(
        {
            "type": "http.response.start",
            "status": refusal.status,
            "headers": [*headers, *refusal.headers],
            "trailers": False,
        }
    )
    await send(
        {"type": "http.response.body", "body": json.dumps(problem).encode(), "more_body": False}
    )


def _is_encoded(scope: HTTPScope) -> bool:
    """Whether a body is compressed, which the code behind this would not notice."""
    codings = {value.strip().lower() for name, value in scope["headers"] if name == _ENCODING}
    return bool(codings - {b"", b"identity"})


def _is_in_other_letters(scope: HTTPScope) -> bool:
    """Whether a body names a charset other than UTF-8. Everything sent would be decoded by it, and
    Python knows a hundred: some cannot decode forms, or are no charsets at all."""
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    _, parameters = parse_header_parameters(b",".join(kinds).decode("latin-1"))
    return parameters.get("charset", "utf-8").lower() not in _UTF8


def _content_length(scope: HTTPScope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return None
