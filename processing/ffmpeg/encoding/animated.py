"""The commands that show some seconds of a piece of a rendition as a moving picture.

A piece is an init segment and the fragments after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.encoding.look import Look

_MOVING_WEBP = ("-c:v", "libwebp_anim", "-quality", "70", "-compression_level", "2", "-loop", "0")
_DITHER = "paletteuse=dither=bayer:bayer_scale=4:diff_mode=rectangle"


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
    chain = [*part.filters, *look.into("webp")]
    return [*_opened(ffmpeg, piece), *_all(chain), *_MOVING_WEBP, "-f", "webp", str(out)]


def palette(ffmpeg: str, piece: Path, out: Path, *, part: Stretch, look: Look) -> list[str]:
    """Return the command that chooses the colours of a GIF, which it writes as a PNG."""
    chain = [*part.filters, *look.filters, "palettegen=stats_mode=diff"]
    return [*_opened(ffmpeg, piece), *_all(chain), "-frames:v", "1", "-f", "image2", str(out)]


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


def _all(chain: Sequence[str]) -> list[str]:
    filters = ["-map", "0:v:0", "-vf", ",".join(chain), "-fps_mode", "passthrough"]
    return [*filters, "-map_metadata", "-1"]
