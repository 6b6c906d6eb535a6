"""Compare a whole run with plain FFmpeg on the same clip, machine, preset and CRF.

Half a minute of 1080p is encoded to five rungs. The comparisons are the usual way (one FFmpeg for
each rung), the way one would write it by hand (one FFmpeg for all rungs), and the theoretical
minimum: the CPU seconds of one thread, divided by the cores. The product is measured twice: as
shipped, where a source that matches its top rung keeps its own frames there, and with every rung
encoded, which compares like with like. VMAF of the top rung shows that quality was not reduced.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import imageio_ffmpeg

from benchmarks import clips, plain
from benchmarks.memory import Watcher
from benchmarks.product import Product, cores, running
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.probing.timeline import Timeline

_SECONDS = 32
_WARM_UP_SECONDS = 5
_MEMORY_SECONDS = 16
# The product and its closest rival run in turn and the faster time of each counts, since a
# disturbance of the machine can only slow a run down.
_ROUNDS = 2
_HOUR = 3600


@dataclass(frozen=True)
class Rival:
    """Another way to make the same result and its seconds; the product may take at most `target`
    times that."""

    key: str
    title: str
    seconds: float
    target: float


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name:
        folder = Path(name)
        clip = clips.make(folder, _SECONDS)
        top = plain.rungs_of(clip)[0].name
        ours, one = [], []
        for _ in range(_ROUNDS):
            with _warm(folder, copies=False) as product:
                ours.append(_whole_run(product, clip, top, folder / "encoded.mp4"))
            one.append(plain.all_rungs(clip, folder).seconds)
        with _warm(folder, copies=True) as product:
            shipped = _whole_run(product, clip, top, folder / "shipped.mp4")
            product.copy_what_fits(False)
            memory = _most_memory(product, clips.make(folder, _MEMORY_SECONDS))
        sequence = plain.in_sequence(clip, folder).seconds
        limit = plain.all_rungs(clip, folder, threads=1).cpu_seconds / cores()
        rivals = [
            Rival("sequence", "one FFmpeg for each rung", sequence, 0.64),
            Rival("one", "one FFmpeg for all rungs", min(one), 0.97),
            Rival("limit", "CPU time over cores", limit, 1.12),
        ]
        _print_table(rivals, shipped, min(ours))
        told = [f"vs_{rival.key}={shipped / rival.seconds:.2f}" for rival in rivals]
        told += [f"vmaf_ours={_vmaf(folder / 'shipped.mp4', clip, folder):.1f}"]
        told += [f"vmaf_sequence={_vmaf(folder / f'sequence-{top}.mp4', clip, folder):.1f}"]
        told += [f"mem_mb={memory:.0f}", f"objects_per_hour={_objects_per_hour(clip)}"]
        told += [f"encoded_vs_{rival.key}={min(ours) / rival.seconds:.2f}" for rival in rivals]
        told += [f"vmaf_encoded={_vmaf(folder / 'encoded.mp4', clip, folder):.1f}"]
    print("\nencode", *told)


def _print_table(rivals: Sequence[Rival], shipped: float, encoded: float) -> None:
    print(f"\na whole run of {_SECONDS} s on {cores()} cores")
    print(f"{'':50}{'as shipped':>14}{'all encoded':>14}")
    print(f"{'seconds':50}{shipped:14.1f}{encoded:14.1f}")
    for rival in rivals:
        title = f"beside {rival.title}, {rival.seconds:.1f} s"
        told = "".join(f"{_told(seconds, rival):>14}" for seconds in (shipped, encoded))
        print(f"{title:50}{told}   ≤ {rival.target}")


def _told(seconds: float, rival: Rival) -> str:
    ratio = seconds / rival.seconds
    return f"{ratio:.2f}{' missed' if ratio > rival.target else ''}"


@contextmanager
def _warm(folder: Path, *, copies: bool) -> Iterator[Product]:
    """Run a product that has already processed a clip, as one in use has."""
    with running() as product:
        product.copy_what_fits(copies)
        _ready(product, clips.make(folder, _WARM_UP_SECONDS))
        product.wait_until_idle()
        yield product


def _whole_run(product: Product, clip: Path, rung: str, out: Path) -> float:
    """Return the seconds from the last byte to ready; join the chunks of a rung into `out`."""
    seconds, video = _ready(product, clip)
    with out.open("wb") as file:
        for number, chunk in enumerate(product.chunks(video, rung)):
            data = chunk.read_bytes()
            file.write(data if number == 0 else data[data.index(b"moof") - 4 :])
    return seconds


def _ready(product: Product, clip: Path) -> tuple[float, str]:
    """Return the seconds from the last byte to ready, and the video's id."""
    video, sent = product.upload(clip)
    return product.wait(video, "video.ready") - sent, video


def _most_memory(product: Product, clip: Path) -> float:
    """Return the most megabytes that the product and its programs hold during a run. This run is
    not one of the timed ones, since sampling costs time too."""
    watcher, over = Watcher([p.pid for p in product.vodloom.processes.values()]), threading.Event()
    thread = threading.Thread(target=watcher.watch, args=(over,))
    thread.start()
    try:
        _ready(product, clip)
    finally:
        over.set()
        thread.join()
    return watcher.most_mb


def _vmaf(made: Path, clip: Path, folder: Path) -> float:
    """Return the mean VMAF of a file against the clip it was made from."""
    log = folder / "vmaf.json"
    graph = "[0:v]setpts=N/TB/25[a];[1:v]setpts=N/TB/25[b];"
    graph += f"[a][b]libvmaf=log_fmt=json:log_path={log}:n_threads={cores()}:n_subsample=5"
    program = imageio_ffmpeg.get_ffmpeg_exe()
    argv = [program, "-hide_banner", "-loglevel", "error", "-nostdin", "-i", str(made)]
    subprocess.run([*argv, "-i", str(clip), "-lavfi", graph, "-f", "null", "-"], check=True)
    return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


def _objects_per_hour(clip: Path) -> int:
    """Return how many chunk objects an hour of such a clip would have; it is planned, not made."""
    media = plain.media_of(clip)
    if media.video is None:
        return 0
    hour = replace(media, duration=_HOUR, video=replace(media.video, duration=_HOUR, frames=None))
    ticks = round(_HOUR / media.video.time_base)
    keyframes = range(media.video.start_pts, ticks, round(2 / media.video.time_base))
    line = Timeline(
        keyframes=tuple(keyframes),
        frames=round(_HOUR * media.video.frame_rate),
        first_pts=media.video.start_pts,
        end_pts=media.video.start_pts + ticks,
        constant=True,
        closed=True,
        steady=True,
    )
    spans = span_plan.plan(hour, line, DEFAULT)
    return len(spans) * (len(plain.rungs_of(clip)) + len(media.audio[:1]))


if __name__ == "__main__":
    main()
