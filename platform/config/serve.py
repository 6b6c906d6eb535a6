"""Run one web process: uvicorn with our bounds, by our settings, and a stop that cuts nothing off.

When it is told to stop (SIGTERM) it listens no more, and closes live feeds with 1012, after which
they open again elsewhere. Requests that came are answered, uploads on their way within
``VODLOOM_GRACE_SECONDS``; what only sends an answer is cut after some seconds: a player asks for
the rest of a file.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys

from django.conf import settings
from uvicorn import Config, Server

from config.asgi import application
from config.http_protocol import BoundedProtocol

ANSWER_SECONDS = 5.0
_START_FAILED = 3


class WebServer(Server):
    """uvicorn's server, which does not let slow readers of answers use up the grace."""

    answer_seconds = ANSWER_SECONDS

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as the module says."""
        loop = asyncio.get_running_loop()
        ends = loop.call_later(self.answer_seconds, self._cut_answers)
        try:
            await super().shutdown(sockets)
        finally:
            ends.cancel()

    def _cut_answers(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, BoundedProtocol):
                connection.cut_answer()


def config(*, host: str, port: int) -> Config:
    """What uvicorn is told."""
    return Config(
        application,
        host=host,
        port=port,
        http=BoundedProtocol,
        limit_concurrency=2000,
        backlog=512,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=settings.GRACE_SECONDS,
        ws_max_size=64 * 1024,
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        access_log=False,
        log_config=None,  # its lines look as ours do
    )


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="config.serve", description="Run one web process.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    server = WebServer(config(host=arguments.host, port=arguments.port))
    server.run()
    if not server.started:
        sys.exit(_START_FAILED)


if __name__ == "__main__":
    main()
