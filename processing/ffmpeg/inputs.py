"""How FFmpeg and ffprobe may open what comes from outside: the only place these are set.

A file named `.mp4` that is a playlist or an ffconcat script opens other files and addresses
unless both the protocols and the demuxers are limited to lists.
"""

from __future__ import annotations

from pathlib import Path

PROTOCOLS = "file,pipe"

# Demuxers that read nothing but the one file they are given. ivf and apng (no nested opens in
# either) are on it for raw AV1/VP8 files and for animations.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,mxf,dv,"
    "wav,mp3,flac,aac,ivf,apng"
)

# A picture larger than this is refused before it is allocated (8K plus room: 8192 x 8192).
MAX_PIXELS = 8192 * 8192


def guards() -> list[str]:
    """Input options that go before every `-i`."""
    return [
        "-protocol_whitelist",
        PROTOCOLS,
        "-format_whitelist",
        FORMATS,
        "-max_pixels",
        str(MAX_PIXELS),
    ]


def opened(path: Path) -> list[str]:
    """The guarded `-i` of one local file; the path must be absolute (so it is no option)."""
    if not path.is_absolute():
        raise ValueError("media paths must be absolute")
    return [*guards(), "-i", str(path)]
