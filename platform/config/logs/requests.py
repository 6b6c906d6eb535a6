"""Log a line for each request and each socket, with an id that all lines about it share.

The id comes from `X-Request-ID` or is created here. It is part of every line that is written during
the request, and of every answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import structlog
from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
    WebSocketScope,
)
from structlog.contextvars import bound_contextvars, get_contextvars

logger = structlog.get_logger(__name__)

HEADER = b"x-request-id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
_READABLE = "/:@!$&'()*+,;=~-._"
_BROKE = b'{"type": "about:blank", "title": "Server error", "status": 500, "code": "server_error", \
"detail": "An internal error occurred on the server.", "instance": null, "request_id": "%s"}'


def new_id() -> str:
    """Return a new request id."""
    return uuid4().hex


def id_of(scope: HTTPScope | WebSocketScope) -> str:
    """Return the id that came with a request if it is well-formed, else a new one."""
    given = [value for name, value in scope["headers"] if name == HEADER]
    if len(given) == 1 and _WELL_FORMED.fullmatch(text := given[0].decode("latin-1")):
        return text
    return new_id()


@dataclass(frozen=True)
class Whole:
    """ASGI middleware that logs uncaught exceptions and answers the client with a 500. It is also
    used inside middleware that adds to answers, which an exception would bypass."""

    app: ASGI3Application

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request on, and answer if an exception comes back."""
        answered = False

        async def noted(event: ASGISendEvent) -> None:
            nonlocal answered
            answered = True
            await send(event)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            if answered or scope["type"] != "http":
                raise  # the server ends the connection and logs why
            logger.exception("request_broke")
            await _say_that_it_broke(send)


async def _say_that_it_broke(send: ASGISendCallable) -> None:
    request_id = str(get_contextvars().get("request_id", "")).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    start: Any = {"type": "http.response.start", "status": 500, "headers": headers}
    await send(start)
    content: Any = {"type": "http.response.body", "body": _BROKE % request_id}
    await send(content)


@dataclass(frozen=True)
class RequestLog:
    """The outermost ASGI middleware. It logs no line for requests of ``silent_paths``, nor for
    those below ``silent_prefix`` unless they are answered with 5xx."""

    app: ASGI3Application
    silent_paths: Collection[str] = ()
    silent_prefix: str = "/static/"

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Pass the request or socket on and log it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # where NoteUser puts the user
        request_id = id_of(scope)
        with bound_contextvars(request_id=request_id):
            if scope["type"] == "http":
                await self._http(scope, receive, _Answer(send, request_id))
            else:
                await self._socket(scope, receive, _Socket(scope, send, request_id))

    async def _http(self, scope: HTTPScope, receive: ASGIReceiveCallable, answer: _Answer) -> None:
        try:
            await Whole(self.app)(scope, receive, answer.send)
        finally:
            self._tell(scope, answer)

    def _tell(self, scope: HTTPScope, answer: _Answer) -> None:
        path, status = scope["path"], answer.status
        if path in self.silent_paths:
            return
        if path.startswith(self.silent_prefix) and status is not None and status < 500:
            return
        told = logger.bind(
            method=scope["method"][:20],
            status=status,
            bytes=answer.bytes,
            seconds=round(time.monotonic() - answer.began, 6),
            outcome="failure" if status is None or status >= 500 else "success",
            **_who(scope),
        )
        if status == 500:
            told.error("request")
        elif status is not None and status > 500:
            told.warning("request")
        else:
            told.info("request")

    async def _socket(
        self, scope: WebSocketScope, receive: ASGIReceiveCallable, socket: _Socket
    ) -> None:
        socket.receive_from = receive
        try:
            await self.app(scope, socket.receive, socket.send)
        finally:
            socket.tell_of_end()


class _Answer:
    """Adds the request id to an answer, and notes its status and size."""

    def __init__(self, send: ASGISendCallable, request_id: str) -> None:
        self._send = send
        self._id = request_id.encode()
        self.began = time.monotonic()
        self.status: int | None = None
        self.bytes = 0

    async def send(self, event: ASGISendEvent) -> None:
        if event["type"] == "http.response.start":
            self.status = event["status"]
            others = [pair for pair in event["headers"] if pair[0].lower() != HEADER]
            event = {**event, "headers": [*others, (HEADER, self._id)]}
        elif event["type"] == "http.response.body":
            self.bytes += len(event.get("body", b""))
        await self._send(event)


class _Socket:
    """One WebSocket from its opening to its close by either side."""

    receive_from: ASGIReceiveCallable

    def __init__(self, scope: WebSocketScope, send: ASGISendCallable, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._id = request_id.encode()
        self._began = time.monotonic()
        self._code: int | None = None

    async def send(self, event: ASGISendEvent) -> None:
        if event["type"] == "websocket.accept":
            event = {**event, "headers": [*event.get("headers", ()), (HEADER, self._id)]}
            logger.info("socket_opened", **_who(self._scope))
        elif event["type"] == "websocket.close" and self._code is None:
            self._code = event.get("code") or 1000
        await self._send(event)

    async def receive(self) -> ASGIReceiveEvent:
        event = await self.receive_from()
        if event["type"] == "websocket.disconnect" and self._code is None:
            self._code = event.get("code") or 1005
        return event

    def tell_of_end(self) -> None:
        seconds = round(time.monotonic() - self._began, 6)
        logger.info("socket_closed", code=self._code, seconds=seconds, **_who(self._scope))


def _who(scope: HTTPScope | WebSocketScope) -> dict[str, object]:
    """Return the path, the client's address, the user and the user agent for a log line."""
    client = scope.get("client")
    agent = [value for name, value in scope["headers"] if name == b"user-agent"]
    state = scope.get("state") or {}
    return {
        "path": quote(scope["path"][:1000], safe=_READABLE, errors="replace"),
        "ip": client[0] if client else None,
        "user": state.get("user"),
        "agent": agent[0][:250].decode("latin-1") if agent else None,
    }
