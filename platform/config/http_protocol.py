"""uvicorn's HTTP protocol with limits that no ASGI application can enforce.

uvicorn's parser keeps headers and trailers of any size. It also leaves a connection open for ever
if only half of a request arrives, if stray bytes follow an answer, or if the client does not read
what is sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import structlog
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from config.body_guard import Refusal, refuse
from config.logs.requests import RequestLog, new_id

logger = structlog.get_logger(__name__)

HEAD_BYTES = 64 * 1024
"""The most bytes of the request line and all headers together; also of the framing between two
pieces of a body, and after it."""
HEAD_SECONDS = 20.0
"""The time limit for a complete head, counted from when the connection was made, or from the first
byte of a further request."""
UNREAD_SECONDS = 120.0
"""The time within which a client must have read some of the tens of kilobytes that wait for it."""
LINGER_BYTES = 64 * 1024**2
"""The most bytes of a body that are discarded after it was answered. Some clients read only when
they have sent everything, and some bytes are still on their way through a proxy."""
LAST_HEAD_SECONDS = 2.0
"""The time limit for a complete head, once the server stops listening, on a connection that was
made before: whoever opened it has sent the head already."""

_BUSY = Refusal(
    503,
    "server_busy",
    "This server has as much to do as it can. Send it again.",
    ((b"retry-after", b"2"),),
)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also ends a connection if the head of a request is too large or too
    slow, if it is idle between requests, or if the client does not read the answer."""

    head_seconds = HEAD_SECONDS
    unread_seconds = UNREAD_SECONDS
    last_head_seconds = LAST_HEAD_SECONDS
    _stopping = False
    _lingers = False
    _passed_over = 0
    _timer: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _in_head = True
    _framing_bytes = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # uvicorn's own answer above the limit would be a few words of plain text.
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._served = self.app

    def connection_made(self, transport: Any) -> None:
        """Start the timer for the first request's head."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers after the connection has ended."""
        self._stop_waiting()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop_waiting_for_reader()

    def data_received(self, data: bytes) -> None:
        """Parse the bytes, unless the connection is closing or only passes a body over."""
        if self.transport.is_closing():
            return
        if self._lingers:
            self._pass_over(len(data))
            return
        self._framing_bytes += len(data)
        idle, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        super().data_received(data)
        if idle is not None and self._is_idle():
            # The rest of a body or empty lines are not a new request: the idle timer goes on.
            self.timeout_keep_alive_task = idle
        elif idle is not None:
            idle.cancel()
        if self._framing_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._stop_waiting()
            self.send_400_response("The headers are too large.")

    def send_400_response(self, msg: str) -> None:
        """Refuse invalid HTTP with a problem document whose request id is also in the log."""
        request_id = new_id()
        client = {"ip": self.client[0]} if self.client else {}
        logger.info("request_unreadable", request_id=request_id, status=400, **client)
        problem = {"type": "about:blank", "title": "Bad request", "status": 400}
        problem |= {"code": "bad_http", "detail": msg, "instance": None, "request_id": request_id}
        body = json.dumps(problem).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {request_id}\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        """Start the timer for the head of a further request."""
        super().on_message_begin()
        if not self._in_head:
            self._framing_bytes = 0
            self._expect_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer, which follows the body, must not count as one."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request, or answer 503 if the server is full."""
        self._in_head = False
        self._framing_bytes = 0
        self._stop_waiting()
        self.app = _busy if self._is_full() else self._served
        super().on_headers_complete()
        if self.cycle is not None:
            seen: Any = _Answering(self.transport, self.close_answered)
            self.cycle.transport = seen
            self.cycle.keep_alive = self.cycle.keep_alive and not self._stopping

    def close_answered(self) -> None:
        """Close after an answer. A client that is still sending may go on, up to ``LINGER_BYTES``
        and for as long as a connection may be idle: closing at once would discard the answer
        before the client reads it."""
        if self.cycle is None or not self.cycle.more_body or self.cycle.disconnected:
            self.transport.close()
            return
        self._lingers = True
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _pass_over(self, size: int) -> None:
        self._passed_over += size
        if self._passed_over > LINGER_BYTES:
            self.transport.abort()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection to the WebSocket protocol, and close it soon if the server is
        stopping: nothing else would."""
        super().handle_websocket_upgrade()
        if self._stopping:
            socket: Any = self.transport.get_protocol()
            self.loop.call_later(self.last_head_seconds, socket.shutdown)

    def shutdown(self) -> None:
        """Stop: take no request after the one that has arrived or is on its way."""
        self._stopping = True
        if self.cycle is not None and not (self.cycle.response_complete and self._in_head):
            super().shutdown()
        else:
            self._stop_waiting()
            self._timer = self.loop.call_later(self.last_head_seconds, self._give_up)

    def cut_answer(self) -> None:
        """End the connection if its answer has begun: the client only reads it slowly."""
        if self.cycle is not None and self.cycle.response_started:
            self.transport.abort()

    def on_body(self, body: bytes) -> None:
        """Take some of the body."""
        self._framing_bytes = 0
        super().on_body(body)

    def pause_writing(self) -> None:
        """Start a timer for the client, which reads more slowly than it is answered."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop that timer: the client has read, or has gone."""
        self._stop_waiting_for_reader()
        super().resume_writing()

    def _is_idle(self) -> bool:
        """Whether no request has begun since the last answer and this is not a WebSocket."""
        answered = self.cycle is not None and self.cycle.response_complete
        return answered and not self._in_head and self.transport.get_protocol() is self

    def _is_full(self) -> bool:
        """Whether the limit of connections or of requests is reached."""
        most = self._most
        return most is not None and (len(self.connections) >= most or len(self.tasks) >= most)

    def _expect_head(self) -> None:
        self._in_head = True
        self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_waiting_for_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up(self) -> None:
        self._timer = None
        # The client may have sent half of its next request while an answer is on its way to it:
        # that answer is not cut off.
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif not self.transport.is_closing():
            self.transport.close()


async def _refuse(scope: Scope, _: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    if scope["type"] == "http":
        await refuse(_BUSY, scope, send)


_busy: Any = RequestLog(_refuse)


class _Answering:
    """A request's view of the transport, in which ``close`` is the protocol's own function."""

    def __init__(self, transport: Any, close: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
