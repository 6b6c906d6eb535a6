"""The command that takes candidates for a poster: small frames, each with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding import picture_colors
from processing.ffmpeg.judging import Plane

_QUALITY = 3
_AROUND = Fraction(1, 2)
_GREY_SIDE = 160
_FRAMES = 3


@dataclass(frozen=True)
class Moment:
    """A frame to look at: frame number `number` of a `file` whose frames have the `rate`.

    `name` is that of its files in the folder: a JPEG, and its plane with those of its neighbours.
    """

    name: str
    file: Path
    number: int
    rate: Fraction

    @property
    def around(self) -> int:
        """The distance in frames to the neighbours; less near the begin of the file."""
        return min(self.number, max(1, round(self.rate * _AROUND)))


def command(
    ffmpeg: str, moments: Sequence[Moment], folder: Path, *, size: tuple[int, int]
) -> list[str]:
    """Return the command that writes the frames of some moments, of `size` (pixels), and what
    `planes` reads."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-filter_complex_threads", "1"]
    graph, outs = [], []
    grey = grey_size(*size)
    for at, moment in enumerate(moments):
        first = moment.number - moment.around
        begin = max(Fraction(0), (first - Fraction(1, 2)) / moment.rate)
        length = (2 * moment.around + Fraction(1, 2)) / moment.rate + Fraction(1, 1000)
        argv += ["-threads", "1", "-ss", f"{float(begin):.6f}", "-t", f"{float(length):.6f}"]
        argv += inputs.opened(moment.file)
        graph += _chains(at, moment.around, size, grey)
        outs += ["-map", f"[s{at}]", "-fps_mode", "passthrough", "-frames:v", "1"]
        outs += ["-map_metadata", "-1", "-q:v", str(_QUALITY), "-f", "image2", "-update", "1"]
        outs += [str(folder / f"{moment.name}.jpg")]
        outs += ["-map", f"[g{at}]", "-fps_mode", "passthrough", "-f", "rawvideo"]
        outs += [str(folder / f"{moment.name}.gray")]
    return [*argv, "-filter_complex", ";".join(graph), *outs]


def _chains(at: int, around: int, size: tuple[int, int], grey: tuple[int, int]) -> list[str]:
    frames = "+".join(f"eq(n,{number})" for number in dict.fromkeys((0, around, 2 * around)))
    shown = ",".join(picture_colors.filters("jpg", size))
    middle = min(1, around)
    return [
        f"[{at}:v]select='{frames}',split[a{at}][b{at}]",
        f"[a{at}]select='eq(n,{middle})',{shown}[s{at}]",
        f"[b{at}]{grey_chain(grey)}[g{at}]",
    ]


def grey_chain(size: tuple[int, int]) -> str:
    """Return the filters that make a plane of that size, in full range."""
    return f"scale={size[0]}:{size[1]}:flags=area:out_range=pc,format=gray"


def grey_size(width: int, height: int) -> tuple[int, int]:
    """Return the size of the planes of a frame, in its shape."""
    factor = _GREY_SIDE / max(width, height)
    return max(3, round(width * factor)), max(3, round(height * factor))


def planes(file: Path, size: tuple[int, int]) -> list[Plane]:
    """Return the planes in a file: of the neighbour before, the frame and the one after, where the
    film has them."""
    values = file.read_bytes() if file.exists() else b""
    area = size[0] * size[1]
    return [
        Plane(values[start : start + area], *size)
        for start in range(0, min(len(values), _FRAMES * area), area)
    ]


def grey_command(ffmpeg: str, picture: Path, out: Path, *, size: tuple[int, int]) -> list[str]:
    """Return the command that makes a plane of a picture of our own."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    chain = ["-vf", grey_chain(size), "-frames:v", "1"]
    return [*argv, *inputs.own_picture(picture), *chain, "-f", "rawvideo", str(out)]
