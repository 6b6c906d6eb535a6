"""What an encode counts beside: when each decoded frame is shown, and how much audio is decoded.

The decoded frames of a span branch off before they are put on the grid, and FFmpeg writes a line
for each (its `framecrc`, of no pixels), or for each second of audio. A frame or sample belongs to
exactly one span, so the spans can be summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

FRAMES_FILENAME = "frames.counted"
_FRAMES = "frames_counted"
# How far a frame is from the middle between two of the grid, where it goes to the later one.
_HALF = Fraction(1, 2)


def audio_filename(name: str) -> str:
    """The file of what is counted of a track."""
    return f"{name}.counted"


def frames_branch(rate: Fraction, first: int, end: int | None) -> str:
    """A piece of a chain of filters, after times were set: frames go on, and those that become
    frames `first` up to `end` of the grid are counted."""
    begin = (first - _HALF) / rate if first else None
    until = None if end is None else (end - _HALF) / rate
    kept = _trim("trim", begin, until)
    return f"split=2[frames_on][frames_told];[frames_told]{kept}[{_FRAMES}];[frames_on]null"


def frames_output(out: Path) -> list[str]:
    """The arguments that write down what `frames_branch` counts."""
    argv = ["-map", f"[{_FRAMES}]", "-fps_mode", "passthrough", "-c:v", "wrapped_avframe"]
    # Else FFmpeg rounds times to the rate of the source.
    return [*argv, "-enc_time_base", "1/1000000", "-f", "framecrc", str(out / FRAMES_FILENAME)]


def audio_branch(name: str, first: Fraction, end: Fraction | None) -> str:
    """The same for audio between two seconds."""
    kept = _trim("atrim", first or None, end)
    counted = f"{kept},asetnsamples=n=48000:p=0"
    on, told = f"{name}_on", f"{name}_told"
    return f"asplit=2[{on}][{told}];[{told}]{counted}[{name}_counted];[{on}]anull"


def audio_output(name: str, out: Path) -> list[str]:
    """The arguments that write down what `audio_branch` counts."""
    argv = ["-map", f"[{name}_counted]", "-c:a", "pcm_s16le"]
    return [*argv, "-f", "framecrc", str(out / audio_filename(name))]


def _trim(name: str, begin: Fraction | None, until: Fraction | None) -> str:
    borders = (("start", begin), ("end", until))
    told = [f"{key}={float(at):.6f}" for key, at in borders if at is not None]
    return f"{name}={':'.join(told)}" if told else name.replace("trim", "null")


@dataclass(frozen=True)
class Line:
    """One line that was counted: seconds at which it begins and which it lasts."""

    start: Fraction
    length: Fraction


def read(path: Path) -> Iterator[Line]:
    """The lines of a file of `frames_output` or `audio_output`; none where there is no file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        yield from _lines(file)


def _lines(written: Iterable[bytes]) -> Iterator[Line]:
    base = Fraction(1)
    for line in written:
        if line.startswith(b"#tb 0:"):
            above, _, below = line.partition(b":")[2].partition(b"/")
            base = Fraction(int(above), int(below))
        if line.startswith(b"#"):
            continue
        _, _, pts, length, *_ = line.split(b",")
        yield Line(int(pts) * base, int(length) * base)
