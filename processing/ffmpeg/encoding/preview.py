"""The commands that make a hover preview of stretches of a film: MP4, and animated WebP."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean

from processing.ffmpeg import inputs

MOST_BYTES = 600_000
"""The most bytes of each of the two files."""
_FASTEST, _SLOWEST = 15, 10
_SHORT_SIDE, _LONG_SIDE = 360, 1280
# With less, the cap is kept at the cost of what the quality would need.
_CAP_SHARE = 0.85
# Stretches are judged by small grey frames, each value 0 to 255.
_WIDE, _HIGH, _RATE = 32, 18, 5
_DARK, _BRIGHT, _FLAT, _CUT = 24, 232, 16, 45


@dataclass(frozen=True)
class Clip:
    """A stretch of a local file: it begins `at` seconds after the file does."""

    path: Path
    at: float
    seconds: float


@dataclass(frozen=True)
class Seen:
    """What there is to see in a stretch: the mean light of its darkest and brightest frame (0 to
    255), the least contrast in a frame, how much changes from frame to frame, and the most that
    does."""

    darkest: float
    brightest: float
    contrast: float
    motion: float
    jump: float

    @property
    def is_good(self) -> bool:
        """Whether there is something to see from begin to end: never nearly black or white, nor all
        one tone."""
        return self.darkest >= _DARK and self.brightest <= _BRIGHT and self.contrast >= _FLAT

    @property
    def worth(self) -> tuple[bool, bool, float]:
        """The sort key: good stretches first, then those of one scene, then what moves most."""
        return self.is_good, self.jump < _CUT, self.motion + self.contrast / 16


def judged(values: bytes) -> Seen:
    """Judge the frames that `looks_command` wrote of one stretch."""
    size = _WIDE * _HIGH
    frames = [values[at : at + size] for at in range(0, len(values) - size + 1, size)]
    if not frames:
        return Seen(0.0, 0.0, 0.0, 0.0, 0.0)
    means = [fmean(frame) for frame in frames]
    steps = [
        fmean(abs(a - b) for a, b in zip(one, two, strict=True))
        for one, two in itertools.pairwise(frames)
    ]
    contrast = min(max(frame) - min(frame) for frame in frames)
    return Seen(min(means), max(means), contrast, fmean(steps or [0.0]), max(steps, default=0.0))


def looks_command(ffmpeg: str, clips: Sequence[Clip], outs: Sequence[Path]) -> list[str]:
    """Return the command that writes the small grey frames of each stretch into a file of its
    own."""
    chain = f"fps={_RATE},scale={_WIDE}:{_HIGH}:flags=area,format=gray"
    argv = _begun(ffmpeg, clips)
    for number, out in enumerate(outs):
        argv += ["-map", f"{number}:v:0", "-vf", chain, "-fps_mode", "passthrough"]
        argv += ["-c:v", "rawvideo", "-f", "rawvideo", str(out)]
    return argv


@dataclass(frozen=True)
class Form:
    """How much a file of the preview may cost: the largest short side in pixels, the most frames a
    second, and the quality of its encoder (CRF; 0 to 100 for WebP)."""

    short_side: int
    rate: int
    quality: int


VIDEO_FORMS = (
    *(Form(_SHORT_SIDE, _FASTEST, crf) for crf in (28, 34, 40)),
    Form(180, _SLOWEST, 46),
)
"""How the MP4 is encoded: each is smaller than the one before it."""
WEBP_FORMS = (
    Form(180, 12, 85),
    Form(180, 12, 60),
    Form(180, 12, 30),
    Form(180, 10, 8),
    Form(120, 10, 4),
    Form(90, 10, 0),
    Form(60, 10, 0),
)
"""How the animated WebP is encoded: each is smaller than the one before it."""


def rate_for(rate: Fraction, most: int) -> Fraction:
    """Return the frames a second of a preview of a film of that rate: every second, third … frame,
    where that gives between 10 and `most`."""
    if rate <= most:
        return rate
    every = math.ceil(rate / most)
    return rate / every if rate / every >= _SLOWEST else Fraction(_SLOWEST)


def size_for(width: int, height: int, short_side: int) -> tuple[int, int]:
    """Return the size of a preview of frames of that size: even, and never larger."""
    longest = _LONG_SIDE * short_side / _SHORT_SIDE
    factor = min(1.0, short_side / min(width, height), longest / max(width, height))
    return _even(width * factor), _even(height * factor)


def _even(side: float) -> int:
    return max(2, 2 * round(side / 2))


@dataclass(frozen=True)
class Film:
    """The stretches to show one after the other, and the size and frames a second of all."""

    clips: Sequence[Clip]
    width: int
    height: int
    rate: Fraction

    @property
    def seconds(self) -> float:
        """How long the preview lasts."""
        return sum(clip.seconds for clip in self.clips)


def command(ffmpeg: str, film: Film, outs: Sequence[tuple[Path, Form]]) -> list[str]:
    """Return the command that writes these files: MP4s, and animated WebPs that loop."""
    names = [f"[out{number}]" for number in range(len(outs))]
    graph = [*_joined(film.clips), f"[all]split={len(outs)}{''.join(names)}"]
    written: list[str] = []
    for number, (path, form) in enumerate(outs):
        as_webp = path.suffix == ".webp"
        graph.append(f"{names[number]}{_shaped(film, form, as_webp=as_webp)}[made{number}]")
        encoder = _webp(form) if as_webp else _x264(film, form)
        written += ["-map", f"[made{number}]", *_PLAIN, *encoder, str(path)]
    return [*_begun(ffmpeg, film.clips), "-filter_complex", ";".join(graph), *written]


_PLAIN = ("-fps_mode", "passthrough", "-map_metadata", "-1")


def _begun(ffmpeg: str, clips: Sequence[Clip]) -> list[str]:
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", "1"]
    for clip in clips:
        argv += ["-threads", "1", "-ss", f"{clip.at:.6f}", "-t", f"{clip.seconds:.6f}"]
        argv += inputs.opened(clip.path)
    return argv


def _joined(clips: Sequence[Clip]) -> Iterator[str]:
    for number in range(len(clips)):
        yield f"[{number}:v:0]setpts=PTS-STARTPTS[part{number}]"
    parts = "".join(f"[part{number}]" for number in range(len(clips)))
    yield f"{parts}concat=n={len(clips)}[all]"


def _shaped(film: Film, form: Form, *, as_webp: bool) -> str:
    """Return the filters of a file. WebP means BT.601, as JPEG does, but in limited range."""
    width, height = size_for(film.width, film.height, form.short_side)
    colors = ":out_color_matrix=smpte170m:out_range=tv" if as_webp else ""
    scaled = f"scale={width}:{height}{colors}:flags=bicubic+accurate_rnd"
    return f"fps={rate_for(film.rate, form.rate)},{scaled},format=yuv420p,setsar=1"


def _x264(film: Film, form: Form) -> list[str]:
    cap = round(_CAP_SHARE * MOST_BYTES * 8 / max(film.seconds, 1.0))
    return [
        *["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-threads", "1"],
        *["-crf", str(form.quality), "-maxrate", str(cap), "-bufsize", str(cap)],
        *["-movflags", "+faststart", "-f", "mp4"],
    ]


def _webp(form: Form) -> list[str]:
    return [
        *["-c:v", "libwebp_anim", "-quality", str(form.quality), "-compression_level", "2"],
        *["-loop", "0", "-f", "webp"],
    ]
