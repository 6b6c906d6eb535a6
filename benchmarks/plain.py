"""Encode the same rungs with plain FFmpeg, as written by hand, for comparison with the product."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.ladder import DEFAULT, Rung, rungs_for
from processing.ffmpeg.probing.probe import ProbeLimits, argv, parse

_START = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]


@dataclass(frozen=True)
class Took:
    """Seconds of wall clock, and CPU seconds of all cores together."""

    seconds: float
    cpu_seconds: float


def media_of(clip: Path) -> Media:
    """Return the properties of a clip."""
    described = subprocess.run(argv("ffprobe", clip.absolute()), capture_output=True, check=True)
    return parse(described.stdout, limits=ProbeLimits())


def rungs_of(clip: Path) -> Sequence[Rung]:
    """Return the rungs that the default profile makes of a clip."""
    video = media_of(clip).video
    if video is None:
        raise ValueError("the clip has no frames")
    return rungs_for(video, DEFAULT)


def in_sequence(clip: Path, folder: Path) -> Took:
    """Run one FFmpeg for each rung in sequence, each decoding anew, and then one for the audio."""
    commands = [
        [*_START, "-i", str(clip), "-map", "0:v:0", "-vf", f"scale={rung.width}:{rung.height}",
         *_encoded(rung), str(folder / f"sequence-{rung.name}.mp4")]
        for rung in rungs_of(clip)
    ]  # fmt: skip
    sound = _audio(clip, folder / "sequence-audio.mp4")
    if sound:
        commands.append([*_START, "-i", str(clip), *sound])
    return _timed(commands)


def all_rungs(clip: Path, folder: Path, *, threads: int | None = None) -> Took:
    """Run one FFmpeg with one decode and a filter graph to all rungs, and the audio."""
    rungs = rungs_of(clip)
    names = [f"[v{number}]" for number in range(len(rungs))]
    split = f"[0:v]split={len(rungs)}" + "".join(f"[s{number}]" for number in range(len(rungs)))
    scaled = [
        f"[s{number}]scale={rung.width}:{rung.height}{names[number]}"
        for number, rung in enumerate(rungs)
    ]
    limit = [] if threads is None else ["-threads", str(threads)]
    command = [*_START, *limit, "-i", str(clip), "-filter_complex", ";".join([split, *scaled])]
    if threads is not None:
        command += ["-filter_complex_threads", str(threads)]
    for name, rung in zip(names, rungs, strict=True):
        command += ["-map", name, *limit, *_encoded(rung), str(folder / f"one-{rung.name}.mp4")]
    return _timed([[*command, *_audio(clip, folder / "one-audio.mp4")]])


def _encoded(rung: Rung) -> list[str]:
    options = ["-c:v", "libx264", "-preset", DEFAULT.preset, "-crf", str(rung.crf)]
    options += ["-maxrate", str(rung.maxrate), "-bufsize", str(rung.bufsize)]
    return [*options, "-pix_fmt", "yuv420p", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0"]


def _audio(clip: Path, out: Path) -> list[str]:
    """Return the options of an audio output; none for a clip without audio, since FFmpeg would
    choose another stream for the file."""
    if not media_of(clip).audio:
        return []
    return ["-map", "0:a:0", "-c:a", "aac", "-b:a", str(DEFAULT.audio_bitrate), str(out)]


def _timed(commands: Sequence[Sequence[str]]) -> Took:
    began, before = time.monotonic(), _children_cpu()
    for command in commands:
        subprocess.run(command, check=True, preexec_fn=lambda: os.nice(10))  # as the product's run
    return Took(time.monotonic() - began, _children_cpu() - before)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
