"""What an encode counts on the side: when each decoded frame is shown, and how much audio is
decoded.

The decoded frames of a span branch off before they are put on the grid. FFmpeg writes one line for
each of them with its `framecrc` muxer, without pixels, or one line for each second of audio. Each
frame or sample belongs to exactly one span, so the counts of the spans can be summed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

FRAMES_FILENAME = "frames.counted"
_FRAMES = "frames_counted"
# Half a step of the grid: a frame in the middle between two places goes to the later one.
_HALF = Fraction(1, 2)


def audio_filename(name: str) -> str:
    """Return the name of the file with the counts of a track."""
    return f"{name}.counted"


def frames_branch(rate: Fraction, first: int | None, end: int | None) -> str:
    """Return a piece of a filter chain, for after the times are set: it passes all frames on, and
    counts those that become frames `first` up to `end` of the grid; None: all from the beginning,
    or to the end."""
    begin = None if first is None else (first - _HALF) / rate
    until = None if end is None else (end - _HALF) / rate
    kept = _trim("trim", begin, until)
    return f"split=2[frames_on][frames_told];[frames_told]{kept}[{_FRAMES}];[frames_on]null"


def frames_output(out: Path) -> list[str]:
    """Return the arguments that write down what `frames_branch` counts."""
    argv = ["-map", f"[{_FRAMES}]", "-fps_mode", "passthrough", "-c:v", "wrapped_avframe"]
    # Otherwise FFmpeg rounds times to the rate of the source.
    return [*argv, "-enc_time_base", "1/1000000", "-f", "framecrc", str(out / FRAMES_FILENAME)]


def audio_branch(name: str, first: Fraction | None, end: Fraction | None) -> str:
    """Return the same piece of a chain for audio, between `first` and `end` in seconds."""
    kept = _trim("atrim", first, end)
    counted = f"{kept},asetnsamples=n=48000:p=0"
    on, told = f"{name}_on", f"{name}_told"
    return f"asplit=2[{on}][{told}];[{told}]{counted}[{name}_counted];[{on}]anull"


def audio_output(name: str, out: Path) -> list[str]:
    """Return the arguments that write down what `audio_branch` counts."""
    argv = ["-map", f"[{name}_counted]", "-c:a", "pcm_s16le"]
    return [*argv, "-f", "framecrc", str(out / audio_filename(name))]


def _trim(name: str, begin: Fraction | None, until: Fraction | None) -> str:
    borders = (("start", begin), ("end", until))
    told = [f"{key}={float(at):.6f}" for key, at in borders if at is not None]
    return f"{name}={':'.join(told)}" if told else name.replace("trim", "null")


@dataclass(frozen=True)
class Line:
    """One counted line: the second at which it starts and its length in seconds."""

    start: Fraction
    length: Fraction


def read(path: Path) -> Iterator[Line]:
    """Yield the lines of a file of `frames_output` or `audio_output`; none if there is no file."""
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
