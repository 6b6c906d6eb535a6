"""The display matrix of a track. Our output is upright, so players must not turn it. But FFmpeg
copies the matrix of a source that it did not turn itself (odd angles, shears, zeros)."""

from __future__ import annotations

from pathlib import Path

from processing.mp4 import tkhd
from processing.mp4.box import MalformedBoxes, boxes_of, child, read_bytes
from processing.packaging.track import made_by_us

_MAX_INIT = 1024 * 1024


def straighten(path: Path) -> None:
    """Write the identity matrix into the track header of a file of one track, in place. Raises
    `MalformedTrack`."""
    with path.open("r+b") as file, made_by_us():
        length = file.seek(0, 2)
        moov = next((box for box in boxes_of(file, length) if box.kind == b"moov"), None)
        if moov is None:
            raise MalformedBoxes("The file has no moov box.")
        data = read_bytes(file, moov.offset, moov.size, _MAX_INIT)
        header = child(data, b"moov", b"trak", b"tkhd")
        if tkhd.is_upright(header):
            return
        after = moov.offset + data.index(b"tkhd" + header) + 4 + len(header)
        file.seek(after + tkhd.MATRIX.start)
        file.write(tkhd.IDENTITY)
