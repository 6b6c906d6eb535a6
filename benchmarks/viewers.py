"""Measure whether many viewers of a long film slow down another viewer's start.

Two hundred viewers request, from one web process, every playlist of a film of twelve hours (five
rungs and two audio tracks) at once. Meanwhile another viewer starts another video, again and
again: multivariant playlist, media playlist, first segment.
"""

from __future__ import annotations

import asyncio
import http.client
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from benchmarks import workers
from tests.servers.process import Process, start_on_free_port

VIEWERS = 200
HOURS = 12
TARGET_MS = 200
_ALONE = 50
_DEADLINE_SECONDS = 300.0


def main() -> None:
    """Measure and print."""
    os.environ["USE_HTTPS"] = "false"
    with workers.installation() as folder:
        from benchmarks import films  # noqa: PLC0415  # it needs the settings

        long, short = films.make(hours=HOURS), films.make(hours=0.01, stored=True)
        names = films.playlists(long)
        web, port = start_on_free_port(lambda port: _web(folder, port), _answers)
        base = f"http://127.0.0.1:{port}"
        try:
            alone = [_start(base, films.address(short)) for _ in range(_ALONE)]
            asked = [base + films.address(long, name) for name in names]
            seconds, beside = _while_others_watch(asked, base, films.address(short))
        finally:
            web.stop()
    _print(alone, beside, seconds, len(names))


def _while_others_watch(asked: list[str], base: str, master: str) -> tuple[float, list[float]]:
    """Return the seconds until all viewers were served, and how long each start took meanwhile."""
    context = multiprocessing.get_context("spawn")
    ready, go = context.Event(), context.Event()
    others = context.Process(target=_others, args=(asked, ready, go))
    others.start()
    ready.wait(60)
    began = time.monotonic()
    go.set()
    starts: list[float] = []
    while others.is_alive():
        if time.monotonic() - began > _DEADLINE_SECONDS:
            others.kill()
            raise TimeoutError("the viewers were not served in time")
        starts.append(_start(base, master))
    others.join()
    if others.exitcode != 0:
        raise RuntimeError("a viewer was not served")
    return time.monotonic() - began, starts


def _start(base: str, master: str) -> float:
    """Return the milliseconds until the first segment has arrived."""
    parts = urlsplit(base)
    folder = master.rpartition("/")[0]
    began = time.perf_counter()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    media = _first_line(_get(connection, master))
    segment = _first_line(_get(connection, f"{folder}/{media}"))
    _get(connection, f"{folder}/{segment}", {"Range": "bytes=0-99999"})
    connection.close()
    return (time.perf_counter() - began) * 1000


def _get(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None
) -> bytes:
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status not in (200, 206):
        raise RuntimeError(f"{path} was answered by {answer.status}")
    return body


def _first_line(playlist: bytes) -> str:
    return next(line for line in playlist.decode().splitlines() if line and line[0] != "#")


def _others(asked: Sequence[str], ready: object, go: object) -> None:
    ready.set()  # type: ignore[attr-defined]  # an Event of a context has no public type
    go.wait()  # type: ignore[attr-defined]
    asyncio.run(_watch_all(asked))


async def _watch_all(asked: Sequence[str]) -> None:
    await asyncio.gather(*(_watch(asked) for _ in range(VIEWERS)))


async def _watch(asked: Sequence[str]) -> None:
    parts = urlsplit(asked[0])
    for url in asked:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        head = f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        writer.write(f"{head}Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
        status = await reader.readline()
        while await reader.read(256 * 1024):
            pass
        writer.close()
        if b" 200 " not in status:
            raise RuntimeError(f"a viewer was answered by {status!r}")


def _web(folder: Path, port: int) -> Process:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return Process(
        "web",
        [str(workers.ROOT / "scripts/program.sh"), "web"],
        log=folder / "web.log",
        environment=os.environ | {"PORT": str(port), "PATH": path},
        folder=workers.ROOT,
    )


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _print(alone: Sequence[float], beside: Sequence[float], seconds: float, playlists: int) -> None:
    p95_alone, p95 = (
        statistics.quantiles(starts, n=20, method="inclusive")[-1] for starts in (alone, beside)
    )
    print(f"\n{VIEWERS} viewers, {playlists} playlists each, served in {seconds:.1f} s")
    print(
        f"another's start, alone: median {statistics.median(alone):.1f} ms, "
        f"95 % within {p95_alone:.1f} ms"
    )
    print(
        f"another's start, meanwhile: median {statistics.median(beside):.1f} ms, "
        f"95 % within {p95:.1f} ms of {len(beside)} (target {TARGET_MS})"
        f"{'' if p95 <= TARGET_MS else '  missed'}"
    )
    print(f"\nviewers start_p95_ms={p95:.1f} served_s={seconds:.1f}")


if __name__ == "__main__":
    main()
