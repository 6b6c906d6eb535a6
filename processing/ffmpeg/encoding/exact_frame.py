"""The commands that take one exact frame, or some seconds, from a piece of a rendition.

A piece is an init segment and the fragments after it. Frames are counted in the order in which they
are shown, beginning with 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding.thumbnails import JPEG_COLORS

# Without the flags, each conversion rounds down.
_FLAGS = "flags=bicubic+accurate_rnd"
_TURNS = {0: (), 90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
_FLIPS = {"": (), "h": ("hflip",), "v": ("vflip",), "hv": ("hflip", "vflip")}
# WebP means BT.601 in limited range, JPEG the same in full range.
_COLORS = {
    "jpg": (
        f"scale={JPEG_COLORS}",
        "format=yuvj420p",
        "setparams=range=pc:colorspace=smpte170m",
    ),
    "webp": (f"scale=out_color_matrix=smpte170m:out_range=tv:{_FLAGS}", "format=yuv420p"),
    "png": (f"scale={_FLAGS}", "format=rgb24"),
}
_CODERS = {
    "jpg": ("-c:v", "mjpeg", "-q:v", "3"),
    "webp": ("-c:v", "libwebp", "-quality", "82", "-compression_level", "2"),
    "png": ("-c:v", "png", "-compression_level", "2", "-pred", "up"),
}
_MOVING_WEBP = ("-c:v", "libwebp_anim", "-quality", "70", "-compression_level", "2", "-loop", "0")
_DITHER = "paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle"


@dataclass(frozen=True)
class Look:
    """What is done to a frame, in this order: it is turned clockwise by `rotate` degrees, flipped
    (`h`, `v` or both), cropped to a width and height at an x and a y, scaled to `width` by
    `height`, and laid on the middle of a black canvas. Sizes are in pixels."""

    width: int
    height: int
    rotate: int = 0
    flip: str = ""
    crop: tuple[int, int, int, int] | None = None
    canvas: tuple[int, int] | None = None

    @property
    def filters(self) -> list[str]:
        """The filters, before the colours of the format."""
        chain = [*_TURNS[self.rotate], *_FLIPS[self.flip]]
        if self.crop is not None:
            chain.append("crop={}:{}:{}:{}".format(*self.crop))
        chain.append(f"scale={self.width}:{self.height}:{_FLAGS}")
        if self.canvas is not None:
            # In RGB black is black in every range, and no offset has to be even.
            wide, high = self.canvas
            chain += ["format=gbrp", f"pad={wide}:{high}:(ow-iw)/2:(oh-ih)/2:black"]
        return chain


def still(ffmpeg: str, piece: Path, out: Path, *, number: int, look: Look) -> list[str]:
    """Return the command that writes frame `number` of a piece as the file `out`: a `.jpg`, `.png`
    or `.webp`."""
    kind = out.suffix[1:]
    chain = [_only(number), *_merged(look.filters, _COLORS[kind])]
    return [*_opened(ffmpeg, piece), *_one(chain), *_CODERS[kind], "-f", "image2", str(out)]


def grey(ffmpeg: str, piece: Path, out: Path, *, number: int, look: Look) -> list[str]:
    """Return the command that writes frame `number` of a piece as one byte for each pixel."""
    chain = [_only(number), *look.filters, "format=gray"]
    return [*_opened(ffmpeg, piece), *_one(chain), "-f", "rawvideo", str(out)]


@dataclass(frozen=True)
class Stretch:
    """Some seconds of a piece, from its begin on, shown at a rate of frames a second."""

    start: float
    seconds: Fraction
    rate: Fraction

    @property
    def filters(self) -> list[str]:
        """The filters that show at each moment the frame that is shown then."""
        sampled = f"fps={self.rate}:start_time={self.start:.6f}:round=up"
        most = max(1, math.ceil(self.seconds * self.rate))
        return [sampled, f"trim=end_frame={most}", "setpts=PTS-STARTPTS"]


def moving_webp(ffmpeg: str, piece: Path, out: Path, *, part: Stretch, look: Look) -> list[str]:
    """Return the command that writes an animated WebP which repeats for ever."""
    chain = [*part.filters, *_merged(look.filters, _COLORS["webp"])]
    return [*_opened(ffmpeg, piece), *_all(chain), *_MOVING_WEBP, "-f", "webp", str(out)]


def palette(ffmpeg: str, piece: Path, out: Path, *, part: Stretch, look: Look) -> list[str]:
    """Return the command that chooses the colours of a GIF, which it writes as a PNG."""
    chain = [*part.filters, *look.filters, "palettegen=stats_mode=diff"]
    return [*_opened(ffmpeg, piece), *_one(chain), "-f", "image2", str(out)]


def gif(
    ffmpeg: str, piece: Path, colors: Path, out: Path, *, part: Stretch, look: Look
) -> list[str]:
    """Return the command that writes a GIF, which repeats for ever, in the chosen colours."""
    chain = ",".join([*part.filters, *look.filters])
    graph = f"[0:v]{chain}[frames];[frames][1:v]{_DITHER}"
    return [
        *_opened(ffmpeg, piece),
        *["-f", "png_pipe", "-protocol_whitelist", inputs.PROTOCOLS, "-i", str(colors)],
        *["-filter_complex", graph, "-fps_mode", "passthrough", "-map_metadata", "-1"],
        *["-loop", "0", "-f", "gif", str(out)],
    ]


def _opened(ffmpeg: str, piece: Path) -> list[str]:
    quiet = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    return [ffmpeg, *quiet, "-threads", "2", *inputs.opened(piece)]


def _only(number: int) -> str:
    return f"select=eq(n\\,{number})"


def _one(chain: Sequence[str]) -> list[str]:
    return [*_all(chain), "-frames:v", "1"]


def _all(chain: Sequence[str]) -> list[str]:
    filters = ["-map", "0:v:0", "-vf", ",".join(chain), "-fps_mode", "passthrough"]
    return [*filters, "-map_metadata", "-1"]


def _merged(filters: Sequence[str], colors: Sequence[str]) -> list[str]:
    """Return both chains with one scaler between them where they meet."""
    *before, last = filters
    if not last.startswith("scale="):
        return [*filters, *colors]
    size = last.removesuffix(f":{_FLAGS}")
    return [*before, f"{size}:{colors[0].removeprefix('scale=')}", *colors[1:]]
