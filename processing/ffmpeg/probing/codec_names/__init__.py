"""The places in a file that name the codec of a stream: one module for each container.

These bytes can be hidden from ffprobe; the streams keep their order.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.probing.codec_names import asf, avi, flv, matroska, mp4
from processing.ffmpeg.probing.codec_names.reading import Names
from processing.mp4.box import MalformedBoxes

_MOST_NAMES = 64
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def find(path: Path, index: int, codec: str) -> Names:
    """Return the places that name `codec` for the stream of that index; none if they are unknown
    or too many to hide."""
    try:
        with path.open("rb") as file:
            found = _find(file, index, codec)
    except (MalformedBoxes, OSError, struct.error, IndexError, KeyError):
        return []
    return found if len(found) <= _MOST_NAMES else []


def _find(file: BinaryIO, index: int, codec: str) -> Names:
    """Look where the container, told by its first bytes, names codecs; by default as in MP4."""
    head = file.read(16)
    if head[:4] == b"\x1aE\xdf\xa3":
        return matroska.find(file, index)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return avi.find(file, index)
    if head == _ASF:
        return asf.find(file, index)
    if head[:3] == b"FLV":
        return flv.find(file) if codec == "aac" else []
    return mp4.find(file, index)
