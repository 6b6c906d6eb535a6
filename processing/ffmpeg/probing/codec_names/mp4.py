"""Where an MP4 names the codec of a track."""

from __future__ import annotations

import re
from typing import BinaryIO

from processing.ffmpeg.probing.codec_names.reading import Names
from processing.mp4 import box as boxes
from processing.mp4.tables import number


def find(file: BinaryIO, index: int) -> Names:
    """Return the places of the kinds of a track's sample descriptions, and of the boxes in them
    that name a codec."""
    film = boxes.inside(file, boxes.one(boxes.top(file), b"moov"))
    track = [box for box in film if box.kind == b"trak"][index]
    media = boxes.inside(file, boxes.one(boxes.inside(file, track), b"mdia"))
    info = boxes.inside(file, boxes.one(media, b"minf"))
    tables = boxes.inside(file, boxes.one(info, b"stbl"))
    box = boxes.one(tables, b"stsd")
    content, at, found = boxes.content(file, box, most=1024 * 1024), 8, []
    while at + 8 <= len(content):
        size = max(8, number(content, at))
        found.append((box.start + at + 4, 4))
        found += [(box.start + m.start(), 4) for m in re.compile(b"esds").finditer(
            content, at + 8, at + size)]  # fmt: skip
        at += size
    return found
