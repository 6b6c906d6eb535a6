"""Clips that change their colour at known times, and the colours of pictures made of them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageStat

Colour = tuple[int, int, int]


def nth(number: int) -> Colour:
    """A colour that differs much from those of the seven numbers around it."""
    return 255 * (number & 1), 255 * (number >> 1 & 1), 255 * (number >> 2 & 1)


def film(
    path: Path,
    colours: Sequence[Colour],
    *options: str,
    size: tuple[int, int] = (320, 180),
    rate: str = "10",
) -> Path:
    """A clip of one frame of each colour; `options` go before the output."""
    argv = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "2x2"]
    argv += ["-r", rate, "-i", "-", "-vf", f"scale={size[0]}:{size[1]}", "-pix_fmt", "yuv420p"]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", *options, str(path)]
    raw = b"".join(bytes(colour) * 4 for colour in colours)
    subprocess.run(argv, input=raw, check=True, timeout=60)
    return path


def by_second(seconds: int, rate: int = 10) -> list[Colour]:
    """The frames of a film that has another colour in each second."""
    return [nth(second) for second in range(seconds) for _ in range(rate)]


def seen(sheet: Image.Image, box: tuple[int, int, int, int]) -> Colour:
    """The mean colour of a part (left, upper, width, height), each channel rounded to none or
    all."""
    x, y, width, height = box
    part = sheet.convert("RGB").crop((x, y, x + width, y + height))
    red, green, blue = ImageStat.Stat(part).mean
    return 255 * (red > 127), 255 * (green > 127), 255 * (blue > 127)
