"""The ASGI app of event streams (Server-Sent Events): ``/api/v1/events/`` and
``/api/v1/videos/{id}/events/``.

They tell what the WebSocket tells, message by message; ``id`` is the cursor, so that browsers go on
where they were.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from django.db import OperationalError
from django.http import Http404
from rest_framework.exceptions import (
    AuthenticationFailed,
    MethodNotAllowed,
    NotAuthenticated,
    PermissionDenied,
    ValidationError,
)

from accounts import credentials
from accounts.api_keys import WrongPlace
from accounts.scopes import InsufficientScope
from videos.api import problems
from videos.api.asgi import Answer, Asked
from videos.api.problems.refusals.feed import TooManyFeeds
from videos.events.cursors import BadCursor, CursorExpired
from videos.feed import asking, closes, listeners, opening
from videos.feed.asking import NotUnderstood, Query
from videos.feed.closes import Ended
from videos.feed.hearing import Wish
from videos.feed.hub import Hub
from videos.feed.parcels import Line, Parcel
from videos.feed.pump import pump
from videos.feed.streams import Stream

ALL_PATH = "/api/v1/events/"
_OF_VIDEO = re.compile(
    r"/api/v1/videos/([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})/events/"
)
LAST_ID = "last-event-id"
RETRY_MILLISECONDS = 2000
_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # nginx and others would otherwise keep messages back until they have some kilobytes.
    (b"x-accel-buffering", b"no"),
]


def serves(path: str) -> bool:
    """Return whether a path is one of an event stream."""
    return path == ALL_PATH or _OF_VIDEO.fullmatch(path) is not None


class EventStreams:
    """Answers requests for event streams."""

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request, for as long as its client listens and may."""
        asked = Asked(scope, receive)
        try:
            if asked.method != "GET":
                raise MethodNotAllowed(asked.method)
            async with opening.feed(scope, _query(asked), stays=False) as (stream, hub):
                await _EventStream(receive, send).serve(stream, hub)
            return
        except Ended as ended:
            if ended.cursor is not None and _reads_streams_alone(asked):
                await _EventStream(receive, send).refuse(ended)
                return
            known = problems.answered(_refusal(ended, asked), asked.path)
        except (NotUnderstood, MethodNotAllowed) as error:
            known = problems.answered(_invalid(error), asked.path)
        if known is None:
            raise AssertionError("every refusal is known")
        headers = {"Allow": "GET"} if known.status == 405 else {}
        await Answer.refusing(known).with_headers(headers).send(asked, send)


class _EventStream:
    """One stream whose answer has begun."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        self._receive: Any = receive
        self._send: Any = send

    async def serve(self, stream: Stream, hub: Hub) -> None:
        """Send until the client goes, or the stream is ended; the last message tells why."""
        await self._begin()
        sending = asyncio.create_task(stream.run(self._tell_all(stream, hub)))
        gone = asyncio.create_task(self._wait_until_gone())
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await opening.cancel(sending, gone)
        if gone.cancelled():
            await self._finish(sending)

    async def refuse(self, ended: Ended) -> None:
        """Say in a stream why there is none."""
        await self._begin()
        await self._end(ended)

    async def _begin(self) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await self._write(f"retry: {RETRY_MILLISECONDS}\n\n".encode())

    async def _finish(self, sending: asyncio.Task[None]) -> None:
        try:
            sending.result()
        except Ended as ended:
            await self._end(ended)

    async def _end(self, ended: Ended) -> None:
        end = Line({"type": "end", "code": ended.code, "message": ended.reason})
        await self._write(Parcel([*opening.endings(ended), end]).stream, more=False)

    async def _tell_all(self, stream: Stream, hub: Hub) -> None:
        await stream.tell([opening.hello(stream)], self._say)
        await pump(stream, hub, self._say)

    async def _say(self, parcel: Parcel) -> None:
        await self._write(parcel.stream)

    async def _write(self, body: bytes, *, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _wait_until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _query(asked: Asked) -> Query:
    """Return what a request asks for. The id that a browser sends when it connects again is newer
    than the cursor in its address."""
    of_video = _OF_VIDEO.fullmatch(asked.path)
    fixed = Wish(videos=frozenset({UUID(of_video[1])})) if of_video else None
    query = asking.query(asked.scope["query_string"], fixed=fixed, extra=[listeners.TICKET])
    return Query(query.wish, asked.headers.get(LAST_ID) or query.since)


def _reads_streams_alone(asked: Asked) -> bool:
    """Return whether the client is an ``EventSource``, which learns nothing of an answer that is
    no stream."""
    return asked.headers.get("accept") == "text/event-stream"


def _refusal(ended: Ended, asked: Asked) -> Exception:
    """Return the error that tells why a stream did not begin."""
    if ended.code == closes.NOT_AUTHENTICATED:
        if credentials.bearer(asked.headers) is None:
            return NotAuthenticated()
        return AuthenticationFailed(
            "This API key is unknown, expired or revoked.", code="bad_api_key"
        )
    if isinstance(ended.__cause__, WrongPlace | InsufficientScope | CursorExpired):
        return ended.__cause__
    if ended.code == closes.FOREIGN_ORIGIN:
        return PermissionDenied(ended.reason, code="origin_not_allowed")
    error = _ERRORS.get(ended.code)
    return error() if error else PermissionDenied(ended.reason)


def _invalid(error: NotUnderstood | MethodNotAllowed) -> Exception:
    if isinstance(error, NotUnderstood):
        return ValidationError(error.message, code="invalid")
    return error


_ERRORS: dict[int, type[Exception]] = {
    closes.BAD_CURSOR: BadCursor,
    closes.NOT_FOUND: Http404,
    closes.TOO_MANY: TooManyFeeds,
    closes.TRY_AGAIN: OperationalError,
}
