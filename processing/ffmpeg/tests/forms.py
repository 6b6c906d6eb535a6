"""Audio made sample by sample: beeps at known times in any rate and number of channels."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from processing.ffmpeg.tests.clips import ffmpeg, numbered, samples_in
from processing.ffmpeg.tests.test_cutting import onsets

BEEP_SECONDS = 0.06
FRAME = 0.04
"""The seconds that one numbered frame lasts."""


@dataclass(frozen=True)
class Form:
    """How audio is kept."""

    rate: int
    channels: int


@cache
def _beep(form: Form, sides: tuple[int, ...]) -> bytes:
    samples = array("h")
    for number in range(round(BEEP_SECONDS * form.rate)):
        level = round(16_000 * math.sin(2 * math.pi * 1000 * number / form.rate))
        samples.extend(level if channel in sides else 0 for channel in range(form.channels))
    return samples.tobytes()


def pcm(path: Path, form: Form, seconds: float, beeps: Sequence[tuple[float, int]]) -> list[str]:
    """Silence with beeps, each at a second and on one channel (-1: on the first two), as arguments
    of an input; `path` is where the samples are put."""
    width = 2 * form.channels
    audio = bytearray(round(seconds * form.rate) * width)
    for at, channel in beeps:
        sides = (channel,) if channel >= 0 else (0, 1)
        beep, begin = _beep(form, sides), round(at * form.rate) * width
        audio[begin : begin + len(beep)] = beep
    path.write_bytes(audio)
    return ["-f", "s16le", "-ar", str(form.rate), "-ac", str(form.channels), "-i", str(path)]


def heard(path: Path, side: int | None = None) -> list[float]:
    """The seconds at which beeps begin, of both sides or of one."""
    if side is not None:
        alone = path.with_suffix(f".{side}.wav")
        ffmpeg("-i", path, "-af", f"pan=mono|c0=c{side}", alone)
        path = alone
    return [sample / 48_000 for sample in onsets(samples_in(path))]


X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-bf", "2"]


def part(
    path: Path, form: Form, encoder: Sequence[str], *, first: int, count: int, beeps: Sequence[int]
) -> Path:
    """Frames from number `first` on, and audio that lasts as long, with a beep at the beginning
    of each of the named ones (counted from 0). Further arguments of the output go to `encoder`."""
    silent = numbered(path.with_suffix(".mkv"), *X264, count=count, first=first)
    places = [(number * FRAME, -1) for number in beeps]
    audio = pcm(path.with_suffix(".pcm"), form, count * FRAME, places)
    ffmpeg("-i", silent, *audio, "-map", "0", "-map", "1", "-c:v", "copy", *encoder, path)
    return path
