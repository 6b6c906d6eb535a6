"""The web server's HTTP protocol, with bounds on what comes before a request is complete.

The parser keeps headers of any size, and a connection on which only half of a request came stays
open for ever; no ASGI application can see either.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
"""The request line and all headers together."""
HEAD_SECONDS = 20.0
"""Within this the head must be complete, counted from when the connection was made, or from the
first byte of a further request."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's, which ends a connection whose request's head is too large or too slow."""

    head_seconds = HEAD_SECONDS
    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """A client is there and should say something."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some more bytes."""
        if self.transport.is_closing():
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._stop_waiting()
            self.send_400_response("The headers are too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        if not self._in_head:
            self._head_bytes = 0
            self._expect_head()

    def on_headers_complete(self) -> None:
        """Its head is there."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._in_head = True
        self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        # An answer that is on its way to a client that sent half of its next request is not cut.
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif not self.transport.is_closing():
            self.transport.close()
