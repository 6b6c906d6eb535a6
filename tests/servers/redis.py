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
    """A running server without persistence: its data is lost at a restart."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Delete all data."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    def start(self) -> None:
        """Start the server again at the same address, empty."""
        self.process.start()
        self.process.wait_until(lambda: _answers(self.port), "answering PING")

    def restart(self) -> None:
        """Stop and start the server: connections break and the data is lost."""
        self.stop()
        self.start()


@contextmanager
def running_redis(*options: str) -> Iterator[Redis]:
    """Run a new, empty server with these further options of `redis-server`; stop it at the end."""
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
        return True  # it requires a password, so it runs
    except redis.RedisError:
        return False
