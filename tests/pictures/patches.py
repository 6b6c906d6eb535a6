"""Films of coloured patches, in which each second has the colours at other places.

Which colours are where tells the second, and how the frame was turned, mirrored or squeezed; their
values tell the matrix, the range and the light. The grey one brightens from frame to frame.
"""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pictures.colour import Coding
from tests.pictures.reference import WORST

ACROSS, DOWN = 4, 3
COLOURS = (
    (0.02, 0.02, 0.02), (0.45, 0.32, 0.26), (0.72, 0.10, 0.12), (0.34, 0.42, 0.26),
    (0.98, 0.98, 0.98), (0.38, 0.48, 0.62), (0.10, 0.60, 0.15), (0.49, 0.49, 0.49),
    (0.72, 0.58, 0.51), (0.12, 0.15, 0.65), (0.70, 0.65, 0.10), (0.15, 0.55, 0.60),
)  # fmt: skip
"""Signals of an SDR screen: black, white, grey, two skins, foliage, sky, and strong colours."""
RATE = 10
"""Frames in a second."""
_SHIFT = 5
_GREY = COLOURS.index((0.49, 0.49, 0.49))


def at(frame: int, column: int, row: int) -> tuple[float, ...]:
    """Return the colour of a patch in a frame of the film, as it was drawn."""
    second, number = divmod(frame, RATE)
    place = (row * ACROSS + column + second * _SHIFT) % len(COLOURS)
    return (0.25 + 0.05 * number,) * 3 if place == _GREY else COLOURS[place]


_BT709 = Coding()


@dataclass(frozen=True)
class Film:
    """How a film is written: size in pixels, what its codes mean and what its header says of it
    (`told`: FFmpeg's options), whether their range is full and whether they have 10 bits, the shape
    of a pixel, by how many degrees a player turns it, and how
    far (of 255) a cell of its pictures may be off."""

    size: tuple[int, int] = (320, 240)
    coding: Coding = _BT709
    told: Sequence[str] = ()
    full: bool = False
    deep: bool = False
    sar: str = "1"
    rotate: int = 0
    seconds: int = 4
    encoder: Sequence[str] = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "6")
    suffix: str = ".mp4"
    worst: float = WORST


def write(path: Path, film: Film) -> Path:
    """Write a film of so many seconds."""
    form = "yuv420p10le" if film.deep else "yuv420p"
    width, height = film.size
    scaled = f"scale={width}:{height}:flags=neighbor,format={form},setsar={film.sar}"
    given = ["-f", "rawvideo", "-r", str(RATE), "-pix_fmt", "yuv444p10le", "-s", f"{ACROSS}x{DOWN}"]
    flat = path.with_name(f"flat-{path.name}") if film.rotate else path
    raw = b"".join(_frame(number, film) for number in range(film.seconds * RATE))
    written = ["-vf", scaled, "-g", "10", *film.encoder, *film.told, str(flat)]
    _ffmpeg(*given, "-i", "-", *written, given=raw)
    if film.rotate:
        turned = ["-metadata:s:v", f"rotate={film.rotate}"]
        _ffmpeg("-i", str(flat), "-c", "copy", *turned, str(path))
    return path


def _ffmpeg(*arguments: str, given: bytes = b"") -> None:
    argv = ["ffmpeg", "-v", "error", "-y", *arguments]
    subprocess.run(argv, input=given, check=True, timeout=60)


def _frame(number: int, film: Film) -> bytes:
    places = [(column, row) for row in range(DOWN) for column in range(ACROSS)]
    cells = [film.coding.coded(at(number, *place)) for place in places]
    planes = zip(*(_codes(film, *cell) for cell in cells), strict=True)
    codes = [round(code) for plane in planes for code in plane]
    return struct.pack(f"<{len(codes)}H", *codes)


def _codes(film: Film, luma: float, of_blue: float, of_red: float) -> tuple[float, float, float]:
    """Return codes of 10 bits."""
    if film.full:
        return 1023 * luma, 512 + 1023 * of_blue, 512 + 1023 * of_red
    return 64 + 876 * luma, 512 + 896 * of_blue, 512 + 896 * of_red
