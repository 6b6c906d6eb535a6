"""Measure outgoing webhooks: 10,000 messages to a receiver on this machine, a tenth of which it
refuses the first time.

All are due at once: events of one owner, who has as many webhooks as one may have. Measured is how
many messages a second are taken, not counting the wait for the second tries, which are due after
five seconds, and how long after the events each was taken. None may be lost. With `LONG=no` there
are 1,000. For comparison the same requests are sent over bare sockets, a few at a time.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.product import NotReady, Product, running

_WEBHOOKS = 20
_MESSAGES = 10_000
_FEWER = 1_000
_REFUSED = 10
"""One of so many messages is refused the first time."""
_LONGEST_SECONDS = 600
_BARE_AT_ONCE = 32
_TAKEN = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
_NOT_NOW = b"HTTP/1.1 500 Not now\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Receiver:
    """Takes messages, and notes when each first came and when it was taken."""

    port: int = 0
    came: dict[str, float] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read a message and answer it."""
        with suppress(OSError, EOFError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
            await reader.readexactly(int(headers["content-length"]))
            writer.write(self._noted(headers["webhook-id"]))
            await writer.drain()
        writer.close()

    def _noted(self, name: str) -> bytes:
        is_first = name not in self.came
        self.came.setdefault(name, time.monotonic())
        if is_first and hashlib.sha256(name.encode()).digest()[0] % _REFUSED == 0:
            return _NOT_NOW
        self.taken.setdefault(name, time.monotonic())
        return _TAKEN


def main() -> None:
    """Measure and print."""
    count = _FEWER if os.environ.get("LONG") == "no" else _MESSAGES
    with receiving() as receiver, running(VODLOOM_WEBHOOK_PRIVATE="127.0.0.0/8") as product:
        for number in range(_WEBHOOKS):
            _make(product, f"http://127.0.0.1:{receiver.port}/{number}")
        began = time.monotonic()
        _tell(product, count // _WEBHOOKS)
        _wait(receiver, count)
        rate = count / (max(receiver.came.values()) - began)
        waits = [at - began for at in receiver.taken.values()]
        lost = count - len(receiver.taken)
        bare = _bare(receiver.port, min(count, _FEWER))
    p99 = statistics.quantiles(waits, n=100)[98]
    print(f"{count} messages to {_WEBHOOKS} webhooks, one in {_REFUSED} refused at first")
    print(f"{rate:8.0f} a second ({bare:.0f} over bare sockets)")
    print(f"{p99:8.1f} s until 99 of 100 are taken, the refused ones five seconds later")
    print(f"per_s={rate:.0f} p99_s={p99:.1f} lost={lost} bare_per_s={bare:.0f}")


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver in a thread until the block is left."""
    receiver, loop = Receiver(), asyncio.new_event_loop()
    started = threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0, backlog=512)
        receiver.port = server.sockets[0].getsockname()[1]
        started.set()

    loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    started.wait()
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _make(product: Product, url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(product.vodloom.url).netloc, timeout=60)
    headers = {"Authorization": f"Bearer {product.key}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/webhooks/", json.dumps({"url": url}), headers)
    answer = connection.getresponse()
    told = answer.read().decode()
    if answer.status != http.client.CREATED:
        raise NotReady(told)


def _tell(product: Product, count: int) -> None:
    """Write events, of as many videos, with their positions: giving these is not measured."""
    with product.rows.transaction():
        first = product.rows.execute("SELECT last FROM videos_eventlog FOR UPDATE").fetchone()
        last = first[0] if first else 0
        product.rows.cursor().executemany(
            "INSERT INTO videos_event (id, position, type, owner_id, video_id, payload, created_at)"
            " SELECT %s, %s, 'video.ready', owner_id, %s, '{}', now()"
            " FROM videos_webhookendpoint LIMIT 1",
            [(uuid4(), last + number, uuid4()) for number in range(1, count + 1)],
        )
        product.rows.execute(
            "INSERT INTO videos_eventlog (id, last) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET last = excluded.last",
            [last + count],
        )


def _wait(receiver: Receiver, count: int) -> None:
    until = time.monotonic() + _LONGEST_SECONDS
    while len(receiver.taken) < count and time.monotonic() < until:
        time.sleep(0.05)


def _bare(port: int, count: int) -> float:
    """Return how many requests of the same form are answered in a second."""

    def send(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/", b"{}", {"webhook-id": f"bare-{number}"})
        connection.getresponse().read()
        connection.close()

    began = time.monotonic()
    with ThreadPoolExecutor(_BARE_AT_ONCE) as pool:
        list(pool.map(send, range(count)))
    return count / (time.monotonic() - began)


if __name__ == "__main__":
    main()
