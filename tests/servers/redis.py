"""A private Redis."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.servers.process import Process, start_on_free_port


@dataclass
class Redis:
    """A running server without persistence: what it holds is gone after a restart."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def start(self) -> None:
        """Start it again at the same address, empty."""
        self.process.start()
        self.process.wait_until(lambda: _answers(self.port), "answering PING")

    def restart(self) -> None:
        """Stop and start: connections break and the data are lost."""
        self.stop()
        self.start()


@contextmanager
def running_redis(*options: str) -> Iterator[Redis]:
    """A new, empty server, stopped at the end; with further options of `redis-server`."""
    with tempfile.TemporaryDirectory(prefix="vodloom-redis-") as name:
        folder = Path(name)
        process, port = start_on_free_port(lambda port: _server(folder, port, options), _answers)
        try:
            yield Redis(process, port)
        finally:
            process.stop()


def _server(folder: Path, port: int, more: Sequence[str]) -> Process:
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    command = ["redis-server", "--port", str(port), *options, *more]
    return Process("redis", command, log=folder / "redis.log")


def _answers(port: int) -> bool:
    try:
        with redis.Redis(port=port) as client:
            return bool(client.ping())
    except redis.AuthenticationError:
        return True  # it wants a password
    except redis.RedisError:
        return False
