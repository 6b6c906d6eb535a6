"""Measure the ways in: one gigabyte by tus, by POST and by a delegated PUT, and fifty at once.

The same bytes are sent in the same run over a bare socket to a file, the same with a SHA-256 of
them, as Vodloom makes one while they arrive, and by tus to `@tus/server` with its file store, which
Node runs (`tests/clients/tus` pins both). Each way is timed from the
first byte to the answer, which comes when the upload is stored. The bytes are no video, so nothing
is encoded. Ratios are of throughput: 1 is as fast as the other. Each way begins when the disk has
written all that came before. The memory that one way frees is what the next one writes to, and a
virtual machine may have to ask for it anew, so each way follows each other way equally often.

Then uploads are created one after another while fifty others arrive at the pace of a home line, and
fifty in the same moment.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.memory import Watcher
from benchmarks.product import Product, running
from tests.clients import tools
from tests.servers.process import Process, free_port

if TYPE_CHECKING:
    from hashlib import _Hash

_BLOCK = 1024**2
_BYTES = 1024**3
_AT_ONCE = 50
_SMALL_BYTES = 1024**2
_HOME_LINE_BYTES = 1024**2
"""How many bytes a second each of the fifty sends."""
_PIECE_BYTES = 64 * 1024
_CREATIONS = 100
_PAUSE_SECONDS = 0.1
_TUS = {"Tus-Resumable": "1.0.0"}
_PINS = tools.HERE / "tus"
_TARGETS = {"tus_ratio": 0.6, "post_ratio": 0.6, "tus_vs_peer": 1.0}
_PEER = """
import { Server } from "@tus/server";
import { FileStore } from "@tus/file-store";
const [directory, port] = process.argv.slice(2);
const server = new Server({ path: "/files", datastore: new FileStore({ directory }) });
server.listen({ host: "127.0.0.1", port: Number(port) });
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name, running() as product:
        folder = Path(name)
        file = _noise(folder / "noise.bin")
        (folder / "bare").mkdir()
        with _peer(folder) as peer:
            ways: dict[str, Callable[[], None]] = {
                "bare": lambda: _bare(file, folder / "bare" / "copy.bin"),
                "hashed": lambda: _bare(file, folder / "bare" / "copy.bin", hashlib.sha256()),
                "peer": lambda: _tus(peer, "/files", file, {}),
                "tus": lambda: _tus(_server(product), "/api/v1/tus/", file, _key(product)),
                "post": lambda: _post(product, file),
                "put": lambda: _delegated(product, file),
            }
            watcher, over = Watcher([product.vodloom.processes["web"].pid]), threading.Event()
            threading.Thread(target=watcher.watch, args=[over], daemon=True).start()
            time.sleep(1)
            before = watcher.most_mb
            kept = [folder / "bare", folder / "peer", product.vodloom.data / "media" / "originals"]
            took = _in_turn(ways, kept=kept)
            over.set()
        beside, at_once = _creations_beside(product), _creations_at_once(product)
        _print(took, watcher.most_mb - before, beside, at_once)


def _noise(path: Path) -> Path:
    block = os.urandom(_BLOCK)
    with path.open("wb") as out:
        for _ in range(_BYTES // _BLOCK):
            out.write(block)
    return path


def _in_turn(ways: dict[str, Callable[[], None]], kept: Sequence[Path]) -> dict[str, float]:
    """Return the median seconds of each way; they take turns, so that all have the same hour. What
    they leave in the folders ``kept`` is deleted after each turn."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for order in _balanced(list(ways)):
        for name in order:
            os.sync()
            began = time.monotonic()
            ways[name]()
            seconds[name].append(time.monotonic() - began)
            for copy in (copy for place in kept for copy in place.iterdir()):
                if copy.stat().st_size == _BYTES:
                    copy.unlink()
    return {name: statistics.median(each) for name, each in seconds.items()}


def _balanced(names: list[str]) -> Iterator[list[str]]:
    """Yield orders in which each name follows each other name equally often, as a Williams design
    does. All orders read backwards are needed too if the number of names is odd."""
    count = len(names)
    zigzag = [(place + 1) // 2 * (-1) ** (place + 1) % count for place in range(count)]
    for shift in range(count):
        order = [names[(index + shift) % count] for index in zigzag]
        yield order
        if count % 2:
            yield order[::-1]


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as bytes_in:
        while block := bytes_in.read(_BLOCK):
            yield block


def _bare(file: Path, copy: Path, digest: _Hash | None = None) -> None:
    """Copy over a socket to the disk, as the fastest server would; also hash with ``digest``."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        copying = threading.Thread(target=_receive, args=[server, copy, digest])
        copying.start()
        with socket.create_connection(server.getsockname()) as line:
            for block in _blocks(file):
                line.sendall(block)
        copying.join()


def _receive(server: socket.socket, copy: Path, digest: _Hash | None) -> None:
    line, _ = server.accept()
    with line, copy.open("wb") as out:
        while block := line.recv(_BLOCK):
            out.write(block)
            if digest is not None:
                digest.update(block)


def _tus(server: str, path: str, file: Path, headers: dict[str, str]) -> None:
    size = file.stat().st_size
    name = base64.b64encode(b"noise.bin").decode()
    told = {**_TUS, **headers, "Upload-Length": str(size), "Upload-Metadata": f"filename {name}"}
    place = _ask(server, "POST", path, told, expected=201).headers["Location"]
    told = {**_TUS, **headers, "Upload-Offset": "0", "Content-Length": str(size)}
    told["Content-Type"] = "application/offset+octet-stream"
    _ask(server, "PATCH", urlsplit(place).path, told, expected=204, body=_blocks(file))


def _post(product: Product, file: Path) -> None:
    product.upload(file)


def _delegated(product: Product, file: Path) -> None:
    told = {**_key(product), "Content-Type": "application/json"}
    answer = _ask(_server(product), "POST", "/api/v1/uploads/", told, expected=201, body=[b"{}"])
    address = urlsplit(answer.body["url"]).path
    length = {"Content-Length": str(file.stat().st_size)}
    _ask(_server(product), "PUT", address, length, expected=200, body=_blocks(file))


@dataclass(frozen=True)
class _Answer:
    headers: Message
    body: Any


class Refused(Exception):
    """Raised when a server answers otherwise than expected."""


def _ask(
    server: str,
    method: str,
    path: str,
    headers: dict[str, str],
    *,
    expected: int,
    body: Iterable[bytes] = (),
) -> _Answer:
    """Send one request; a body without a length in the headers is short, and sent at once."""
    line = http.client.HTTPConnection(server, timeout=600)
    blocks = iter(body if "Content-Length" in headers else [b"".join(body)])
    first = next(blocks, b"")
    line.putrequest(method, path, skip_accept_encoding=True)
    for name, value in {"Content-Length": str(len(first)), **headers}.items():
        line.putheader(name, value)
    line.endheaders(first)
    for block in blocks:
        line.send(block)
    answer = line.getresponse()
    text = answer.read()
    line.close()
    if answer.status != expected:
        raise Refused(f"{method} {path}: {answer.status} {text[:300]!r}")
    return _Answer(answer.headers, json.loads(text) if text.startswith(b"{") else None)


def _server(product: Product) -> str:
    return urlsplit(product.vodloom.url).netloc


def _key(product: Product) -> dict[str, str]:
    return {"Authorization": f"Bearer {product.key}"}


@contextmanager
def _peer(folder: Path) -> Iterator[str]:
    """Run `@tus/server`; yield its host and port."""
    script, port = tools.node_tools(_PINS) / "peer.mjs", free_port()
    script.write_text(_PEER)
    kept = folder / "peer"
    kept.mkdir()
    command = [str(tools.node() / "node"), str(script), str(kept), str(port)]
    process = Process("peer", command, log=folder / "peer.log")
    process.start()
    try:
        process.wait_until(lambda: _listens(port), "the peer listens")
        yield f"127.0.0.1:{port}"
    finally:
        process.stop()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _creations_beside(product: Product) -> list[float]:
    """Return the seconds that each of a hundred uploads took to be created, one after another,
    while fifty others arrive."""
    over = threading.Event()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        arriving = [threads.submit(_arrive, product, over) for _ in range(_AT_ONCE)]
        time.sleep(_AT_ONCE * _PAUSE_SECONDS)
        seconds = []
        for _ in range(_CREATIONS):
            seconds.append(_create(product)[0])
            time.sleep(_PAUSE_SECONDS)
        over.set()
        for each in arriving:
            each.result()
    return sorted(seconds)


def _arrive(product: Product, over: threading.Event) -> None:
    """Send an upload at the pace of a home line until told to stop, and cancel it."""
    place = _create(product, size=_BYTES)[1]
    line = http.client.HTTPConnection(_server(product), timeout=600)
    line.putrequest("PATCH", place, skip_accept_encoding=True)
    told = {"Upload-Offset": "0", "Content-Length": str(_BYTES)}
    told["Content-Type"] = "application/offset+octet-stream"
    for name, value in {**_key(product), **_TUS, **told}.items():
        line.putheader(name, value)
    line.endheaders()
    while not over.wait(_PIECE_BYTES / _HOME_LINE_BYTES):
        line.send(bytes(_PIECE_BYTES))
    line.close()
    _ask(_server(product), "DELETE", place, {**_key(product), **_TUS}, expected=204)


def _creations_at_once(product: Product) -> list[float]:
    """Return the seconds that each of fifty uploads took to be created, in the same moment."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return sorted(took for took, _ in threads.map(lambda _: _create(product), range(_AT_ONCE)))


def _create(product: Product, *, size: int = _SMALL_BYTES) -> tuple[float, str]:
    """Create an upload by tus; return the seconds it took, and its path."""
    told = {**_key(product), **_TUS, "Upload-Length": str(size)}
    began = time.monotonic()
    answer = _ask(_server(product), "POST", "/api/v1/tus/", told, expected=201)
    return time.monotonic() - began, urlsplit(answer.headers["Location"]).path


def _print(
    took: dict[str, float], growth: float, beside: list[float], at_once: list[float]
) -> None:
    for name, seconds in took.items():
        print(f"{name:6}{seconds:7.2f} s{_BYTES / seconds / 1e6:9.0f} MB/s")
    ratios = {
        "tus_ratio": took["bare"] / took["tus"],
        "post_ratio": took["bare"] / took["post"],
        "put_ratio": took["bare"] / took["put"],
        "tus_vs_hashed": took["hashed"] / took["tus"],
        "post_vs_hashed": took["hashed"] / took["post"],
        "tus_vs_peer": took["peer"] / took["tus"],
    }
    for name, least in _TARGETS.items():
        print(f"{name} {ratios[name]:.2f} (≥ {least}){'' if ratios[name] >= least else '  missed'}")
    print(f"memory grew by {growth:.0f} MB (≤ 64)")
    print(f"95 % were created within {_p95(beside):.0f} ms beside fifty others (≤ 50)")
    print(f"95 % were created within {_p95(at_once):.0f} ms when fifty came in one moment")
    told = " ".join(f"{name}={value:.2f}" for name, value in ratios.items())
    created = f"p95_create_ms={_p95(beside):.0f} p95_burst_ms={_p95(at_once):.0f}"
    print(f"\ningest {told} memory_growth_mb={growth:.0f} {created}")


def _p95(seconds: list[float]) -> float:
    return seconds[int(0.95 * len(seconds))] * 1000


if __name__ == "__main__":
    main()
