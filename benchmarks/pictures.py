"""Measure what pictures cost: those of every video beside its encode, and those by URL.

Each video is encoded with no picture at all, and then all its pictures are made by themselves. CPU
is that of the workers and of all programs they started, without what idle workers take. The
share is that of all pictures to the encode alone. The film of two hours is a small cheap one, so
its encode is short and the share the worse for it; `LONG=no` leaves it out.

Then frames of 1080p are asked for by URL in the size of the video, one after another, each once
anew and once from the cache; and two hundred at once, hostile ones among them.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import clips
from benchmarks.memory import Watcher, family
from benchmarks.product import NotReady, Product, running

_FRAMES, _AT_ONCE = 30, 200
_ODD = ("time=nan", "time=-1", "time=1e9", "width=1000000000", "time=9999999", "time=1&time=2")
_LENGTHS = {"60s": 60, "10min": 600}
_LONG, _LONG_SECONDS = "2h", 7200
_TARGETS = {"10min": 0.06, "2h": 0.04}
_NEW_MS, _CACHED_MS = 300, 20
_IDLE_SECONDS = 10.0
_TICKS = os.sysconf("SC_CLK_TCK")
_LEFT_OUT = "UPDATE processing_encodingprofile SET left_out = %s::jsonb"
_KINDS = "from processing.steps.pictures import PICTURES; print(*PICTURES)"
_QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name, running() as product:
        folder = Path(name)
        product.copy_what_fits(False)
        files = {title: clips.make(folder, seconds) for title, seconds in _LENGTHS.items()}
        if os.environ.get("LONG") != "no":
            files[_LONG] = _film(folder)
        idle = _idle(product)
        shares, shown = {}, ""
        for title, file in files.items():
            video, shares[title] = _share(product, file, idle)
            shown = shown or video
        new, cached, most_mb = _frames(product, shown)
    _print(shares, new, cached, most_mb)


def _film(folder: Path) -> Path:
    """Make a film of two hours by repeating a minute of it."""
    minute, out = folder / "minute.mp4", folder / "film.mp4"
    frame = "testsrc2=size=640x360:rate=25:duration=60"
    audio = ["-f", "lavfi", "-i", "sine=frequency=330:duration=60"]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac", "-shortest"]
    argv = [*_QUIET, "-f", "lavfi", "-i", frame, *audio, "-pix_fmt", "yuv420p", *coded]
    subprocess.run([*argv, str(minute)], check=True)
    loops = ["-stream_loop", str(_LONG_SECONDS // 60 - 1), "-i", str(minute)]
    subprocess.run([*_QUIET, *loops, "-c", "copy", str(out)], check=True)
    return out


def _share(product: Product, file: Path, idle: float) -> tuple[str, float]:
    """Encode a file without pictures, then make them; return the video, and the CPU of the pictures
    as a share of that of the encode."""
    kinds = product.vodloom.manage("shell", "-v", "0", "-c", _KINDS).split()
    product.rows.execute(_LEFT_OUT, [json.dumps(kinds)])
    began, before = time.monotonic(), _cpu(product)
    video, _ = product.upload(file)
    product.wait(video, "video.ready", seconds=7200)
    product.wait_until_idle()
    encode = _cpu(product) - before - idle * (time.monotonic() - began)
    product.rows.execute(_LEFT_OUT, ["[]"])
    began, before = time.monotonic(), _cpu(product)
    product.vodloom.manage("reprocess", video, "--only", ",".join(kinds))
    product.wait_until_idle()
    pictures = _cpu(product) - before - idle * (time.monotonic() - began)
    print(f"{file.name}: encode {encode:.1f} s of CPU, pictures {pictures:.1f} s", flush=True)
    return video, pictures / encode


def _idle(product: Product) -> float:
    """Return the CPU seconds that the workers take in a second when there is nothing to do."""
    product.wait_until_idle()
    before = _cpu(product)
    time.sleep(_IDLE_SECONDS)
    return (_cpu(product) - before) / _IDLE_SECONDS


def _cpu(product: Product) -> float:
    """Return the CPU seconds of all workers and of every program that they started and reaped."""
    workers = [
        p for name, p in product.vodloom.processes.items() if name not in ("web", "reconciler")
    ]
    return sum(_used(pid) for worker in workers for pid in family(worker.pid))


def _used(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    return sum(map(int, told.rpartition(")")[2].split()[11:15])) / _TICKS


def _frames(product: Product, video: str) -> tuple[float, float, float]:
    """Return the median milliseconds of a new frame and of a cached one, and the most megabytes of
    the web process."""
    watcher, over = Watcher([product.vodloom.processes["web"].pid]), threading.Event()
    watching = threading.Thread(target=watcher.watch, args=[over], daemon=True)
    watching.start()
    base = _base(product, video)
    names = [f"{base}thumbnail.jpg?time={1 + 58 * n / _FRAMES:.3f}" for n in range(_FRAMES)]
    new = statistics.median(_ask(product, name, expected=200) for name in names)
    cached = statistics.median(_ask(product, name, expected=200) for name in names)
    odd = [f"{base}thumbnail.jpg?{_ODD[n % len(_ODD)]}" for n in range(_AT_ONCE // 2)]
    odd += [f"{base}thumbnail.png?time={n / 7:.3f}&width={n + 9}" for n in range(_AT_ONCE // 2)]
    began = time.monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        list(threads.map(lambda name: _ask(product, name), odd))
    print(f"{_AT_ONCE} at once were answered in {time.monotonic() - began:.1f} s")
    over.set()
    watching.join()
    return new, cached, watcher.most_mb


def _base(product: Product, video: str) -> str:
    line = http.client.HTTPConnection(urlsplit(product.vodloom.url).netloc, timeout=60)
    told = {"Authorization": f"Bearer {product.key}"}
    line.request("GET", f"/api/v1/videos/{video}/", headers=told)
    address: str = json.loads(line.getresponse().read())["playback"]["hls"]
    line.close()
    return urlsplit(address).path.rpartition("/")[0] + "/"


def _ask(product: Product, path: str, *, expected: int | None = None) -> float:
    """Return the milliseconds until a picture was there."""
    line = http.client.HTTPConnection(urlsplit(product.vodloom.url).netloc, timeout=120)
    began = time.monotonic()
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    took = (time.monotonic() - began) * 1000
    line.close()
    if expected is not None and answer.status != expected:
        raise NotReady(f"{path}: {answer.status} {body[:200]!r}")
    return took


def _print(shares: dict[str, float], new: float, cached: float, most_mb: float) -> None:
    for title, share in shares.items():
        target = _TARGETS.get(title)
        wanted = "" if target is None else f" (≤ {target})"
        missed = "  missed" if target is not None and share > target else ""
        print(f"pictures of {title}: {share:.3f} of the encode's CPU{wanted}{missed}")
    for title, took, most in (("new", new, _NEW_MS), ("cached", cached, _CACHED_MS)):
        print(f"a {title} frame: {took:.0f} ms (≤ {most}){'  missed' if took > most else ''}")
    told = " ".join(f"cpu_share_{title}={share:.3f}" for title, share in shares.items())
    frames = f"frame_new_ms={new:.0f} frame_cached_ms={cached:.0f} mem_mb={most_mb:.0f}"
    print(f"\npictures {told} {frames}")


if __name__ == "__main__":
    main()
