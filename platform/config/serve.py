"""Run one web process: uvicorn with this site's limits and settings, and a graceful stop.

On SIGTERM it stops listening, and closes live feeds with 1012 and ends event streams, which makes
clients reopen them elsewhere. Requests that have arrived are answered, and uploads on their way may
go on for ``VODLOOM_GRACE_SECONDS``. An answer that is still being sent after 5 seconds is cut off:
a player asks for the rest of the file.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import socket
import sys

from django.conf import settings
from uvicorn import Config, Server

from config.asgi import application
from config.http_protocol import BoundedProtocol
from videos.feed import hub

ANSWER_SECONDS = 5.0
_START_FAILED = 3
# Python's own numbers have it look through all objects so often that thousands of feeds wait half
# a second for it now and then.
_COLLECT_AFTER = (20_000, 50, 50)


class WebServer(Server):
    """uvicorn's server, in which slow readers of answers do not use up the grace period."""

    answer_seconds = ANSWER_SECONDS

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as the module's docstring says."""
        loop = asyncio.get_running_loop()
        ends = loop.call_later(self.answer_seconds, self._cut_answers)
        hub.here().stop()
        try:
            await super().shutdown(sockets)
        finally:
            ends.cancel()

    def _cut_answers(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, BoundedProtocol):
                connection.cut_answer()


def config(*, host: str, port: int) -> Config:
    """Return uvicorn's configuration."""
    return Config(
        application,
        host=host,
        port=port,
        http=BoundedProtocol,
        limit_concurrency=4000,
        backlog=512,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=settings.GRACE_SECONDS,
        ws_max_size=64 * 1024,
        # A compressor for each socket would take most of the memory and time of a feed.
        ws_per_message_deflate=False,
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        access_log=False,
        log_config=None,  # its lines go through our logging
    )


def _collect_seldom() -> None:
    """Have the garbage collector look seldom, and not at what is loaded, which stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="config.serve", description="Run one web process.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    server = WebServer(config(host=arguments.host, port=arguments.port))
    _collect_seldom()
    server.run()
    if not server.started:
        sys.exit(_START_FAILED)


if __name__ == "__main__":
    main()
