"""What a whole run costs, beside plain FFmpeg on the same clip, machine, preset and CRF.

A minute of 1080p to five rungs and sound: as most do it (one FFmpeg for each rung), as one would
write it by hand (one for all rungs), and the least it can take: the CPU seconds of one thread,
spread over the cores. VMAF of the top rung says that nothing was saved on quality.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg

from benchmarks import clips, plain
from benchmarks.memory import Watcher
from benchmarks.product import Product, cores, running
from processing.ffmpeg.planning import chunks
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.probing.timeline import Timeline

_SECONDS = 64
_HOUR = 3600


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="vodloom-bench-") as name:
        folder = Path(name)
        clip = clips.make(folder, _SECONDS)
        top = plain.rungs_of(clip)[0].name
        with running() as product:
            product.copy_what_fits(False)
            ours, memory, made = _ours(product, clip, folder, top)
            product.wait_until_idle()
            product.copy_what_fits(True)
            copied, _, _ = _ours(product, clips.copyable(folder, _SECONDS), folder, top)
        sequence = plain.in_sequence(clip, folder).seconds
        one = plain.all_rungs(clip, folder).seconds
        limit = plain.all_rungs(clip, folder, threads=1).cpu_seconds / cores()
        objects = _objects_per_hour(clip)
        vmaf_ours = _vmaf(made, clip, folder)
        vmaf_sequence = _vmaf(folder / f"sequence-{top}.mp4", clip, folder)
    rows = [
        ("one FFmpeg for each rung", sequence, ours / sequence, 0.64),
        ("one FFmpeg for all rungs", one, ours / one, 0.97),
        ("CPU time over cores", limit, ours / limit, 1.12),
    ]
    print(f"\na whole run of {_SECONDS} s: {ours:.1f} s, on {cores()} cores")
    print(f"{'beside':30}{'seconds':>10}{'ratio':>10}{'target':>10}")
    for title, seconds, ratio, target in rows:
        missed = "  missed" if ratio > target else ""
        print(f"{title:30}{seconds:10.1f}{ratio:10.2f}{f'≤ {target}':>10}{missed}")
    print(f"a source whose own pictures can be kept as the top rung: {copied:.1f} s")
    print(f"\nencode {' '.join(f'{key}={value:.2f}' for key, value in _ratios(rows))}", end="")
    print(f" vmaf_ours={vmaf_ours:.1f} vmaf_sequence={vmaf_sequence:.1f}", end="")
    print(f" mem_mb={memory:.0f} objects_per_hour={objects}")


def _ratios(rows: Sequence[tuple[str, float, float, float]]) -> Iterator[tuple[str, float]]:
    for key, row in zip(("vs_sequence", "vs_one", "vs_limit"), rows, strict=True):
        yield key, row[2]


def _ours(product: Product, clip: Path, folder: Path, top: str) -> tuple[float, float, Path]:
    """Seconds from the last byte to ready, the most megabytes its workers and their programs
    held at once, and the top rung as one file."""
    with _watched(product) as watcher:
        video, sent = product.upload(clip)
        seconds = product.wait(video, "status", "ready") - sent
    out = folder / f"ours-{clip.name}"
    with out.open("wb") as file:
        for number, chunk in enumerate(product.chunks(video, top)):
            data = chunk.read_bytes()
            file.write(data if number == 0 else data[data.index(b"moof") - 4 :])
    return seconds, watcher.most_mb, out


@contextmanager
def _watched(product: Product) -> Iterator[Watcher]:
    pids = [process.pid for process in product.vodloom.processes.values()]
    watcher, over = Watcher(pids), threading.Event()
    thread = threading.Thread(target=watcher.watch, args=(over,))
    thread.start()
    try:
        yield watcher
    finally:
        over.set()
        thread.join()


def _vmaf(made: Path, clip: Path, folder: Path) -> float:
    """The mean VMAF of a file against the clip it was made of."""
    log = folder / "vmaf.json"
    graph = "[0:v]setpts=N/TB/25[a];[1:v]setpts=N/TB/25[b];"
    graph += f"[a][b]libvmaf=log_fmt=json:log_path={log}:n_threads={cores()}:n_subsample=5"
    program = imageio_ffmpeg.get_ffmpeg_exe()
    argv = [program, "-hide_banner", "-loglevel", "error", "-nostdin", "-i", str(made)]
    subprocess.run([*argv, "-i", str(clip), "-lavfi", graph, "-f", "null", "-"], check=True)
    return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


def _objects_per_hour(clip: Path) -> int:
    """The chunk objects an hour of such a clip would have: planned, not made."""
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
    spans = chunks.plan(hour, line, DEFAULT)
    return len(spans) * (len(plain.rungs_of(clip)) + len(media.audio[:1]))


if __name__ == "__main__":
    main()
