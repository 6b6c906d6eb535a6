"""Measure how soon events reach 2,000 sockets of one web process, beside a bare Channels consumer.

All sockets follow the same owner, so every event goes to all of them; several may share a frame.
The bare consumer then echoes as many frames of the same size, to as many sockets.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import memory, sockets, workers
from benchmarks.sockets import Heard
from tests.servers.process import Process, start_on_free_port

SOCKETS = int(os.environ.get("SOCKETS", "2000"))
EVENTS_A_SECOND = 50
VIDEOS = 5
CLIENTS = 2
TARGET_MS = 250
_SECONDS = 6 if os.environ.get("LONG") == "no" else 30
_EVENTS = _SECONDS * EVENTS_A_SECOND
_SETTLE_SECONDS = 3.0
_OPENING_SECONDS = 180
_FRAME_BYTES = 500


@dataclass
class Measured:
    """What sockets heard, and the share of a core and the memory that the server took meanwhile."""

    heard: Heard
    cpu_share: float
    mem_mb: float


def main() -> None:
    """Measure and print."""
    os.environ |= {"USE_HTTPS": "false", "VODLOOM_FEEDS_AT_ONCE": "10000"}
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 2 * SOCKETS + 1000), most))
    with workers.installation() as folder:
        feed = _feed(folder)
        echo = _echo(folder, frames=round(feed.heard.frames / SOCKETS))
    _print(feed, echo)


def _feed(folder: Path) -> Measured:
    from accounts import api_keys  # noqa: PLC0415  # it needs the settings
    from accounts.models import User  # noqa: PLC0415
    from videos.models import Video  # noqa: PLC0415

    owner = User.objects.create(email="many@example.com")
    videos = [Video.objects.create(owner=owner).pk for _ in range(VIDEOS)]
    address = {"path": "/ws/feed/", "key": api_keys.issue(owner, name="bench")[1]}
    with (
        _server(folder, "web", _web) as (web, port),
        _clients(sockets.listen, {**address, "port": port}, _EVENTS) as clients,
    ):
        return _measured(web, clients, lambda: _write(videos))


def _echo(folder: Path, *, frames: int) -> Measured:
    about = (frames, _SECONDS / max(1, frames), _FRAME_BYTES)
    with (
        _server(folder, "echo", _bare) as (web, port),
        _clients(sockets.echo, {"path": "/", "key": "", "port": port}, about) as clients,
    ):

        def say() -> None:
            for client in clients:
                client.send("go")
            time.sleep(_SECONDS)

        return _measured(web, clients, say)


def _measured(web: Process, clients: Sequence[Any], act: Callable[[], None]) -> Measured:
    """Measure what sockets hear while something is done."""
    time.sleep(_SETTLE_SECONDS)
    began, used = time.monotonic(), _cpu_seconds(web.pid)
    act()
    share = (_cpu_seconds(web.pid) - used) / (time.monotonic() - began)
    time.sleep(_SETTLE_SECONDS)
    held = sum(memory.held_kb(pid) for pid in memory.family(web.pid)) / 1024
    heard = Heard()
    for client in clients:
        client.send("over")
        heard.add(client.recv())
    return Measured(heard, share, held)


def _write(videos: Sequence[Any]) -> None:
    """Write events at an even pace, each in a transaction of its own."""
    from videos.events import log  # noqa: PLC0415  # it needs the settings

    began = time.monotonic()
    for number in range(_EVENTS):
        time.sleep(max(0.0, began + number / EVENTS_A_SECOND - time.monotonic()))
        log.write("video.updated", videos[number % VIDEOS], changed=[sockets.mark(number)])


@contextmanager
def _clients(
    listen: Callable[..., None], address: dict[str, Any], about: Any
) -> Iterator[list[Any]]:
    """Run client processes whose sockets are open; yield a pipe to each."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for _ in range(CLIENTS):
        here, there = context.Pipe()
        arguments = (SOCKETS // CLIENTS, address, about, there)
        processes.append(context.Process(target=listen, args=arguments, daemon=True))
        pipes.append(here)
    try:
        for process in processes:
            process.start()
        for pipe in pipes:
            if not pipe.poll(_OPENING_SECONDS):
                raise TimeoutError("the sockets did not open")
            pipe.recv()
        yield pipes
    finally:
        for process in processes:
            process.kill()
            process.join()


@contextmanager
def _server(
    folder: Path, name: str, command: Callable[[int], list[str]]
) -> Iterator[tuple[Process, int]]:
    def make(port: int) -> Process:
        log = folder / f"{name}.log"
        return Process(name, command(port), log=log, environment=os.environ, folder=workers.ROOT)

    web, port = start_on_free_port(make, _listens)
    try:
        yield web, port
    finally:
        web.stop()


def _web(port: int) -> list[str]:
    return [sys.executable, "-m", "config.serve", "--port", str(port)]


def _bare(port: int) -> list[str]:
    options = ["--no-access-log", "--ws-per-message-deflate", "false", "--port", str(port)]
    return [sys.executable, "-m", "uvicorn", "benchmarks.echo:application", *options]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(feed: Measured, echo: Measured) -> None:
    told = feed.heard
    deliveries = SOCKETS * _EVENTS
    p99 = told.quantile(0.99)
    print(
        f"\n{SOCKETS} sockets, {EVENTS_A_SECOND} events a second for {_SECONDS} s: "
        f"{told.milliseconds.total()} of {deliveries} deliveries, "
        f"{told.milliseconds.total() / max(1, told.frames):.1f} events a frame, "
        f"{told.disordered} out of order"
    )
    if told.closed:
        print(f"closed by the server: {dict(told.closed)}")
    print(f"99 % within {p99} ms (target {TARGET_MS}){'' if p99 <= TARGET_MS else '  missed'}")
    print(
        f"bare consumer, as many frames: 99 % within {echo.heard.quantile(0.99)} ms, "
        f"{echo.cpu_share:.2f} of a core, {echo.mem_mb:.0f} MB"
    )
    print(
        f"\nfeed p50_ms={told.quantile(0.5)} p99_ms={p99} lost={told.lost + told.disordered} "
        f"echo_p99_ms={echo.heard.quantile(0.99)} cpu_share={feed.cpu_share:.2f} "
        f"mem_mb={feed.mem_mb:.0f}"
    )


if __name__ == "__main__":
    main()
