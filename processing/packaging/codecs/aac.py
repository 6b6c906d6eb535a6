"""AAC."""

from __future__ import annotations

from typing import BinaryIO

from processing.mp4.box import MalformedBoxes
from processing.mp4.stsd import SampleEntry
from processing.packaging.codecs.codec import Beginning


class _Aac:
    name = "aac"
    entries = (b"mp4a",)
    strings = r"mp4a\.40\.(2|5|29)"

    def codec_string(self, entry: SampleEntry) -> str:
        """Return the string of the decoder configuration's object type (tag 4) and its AAC object
        type (tag 5)."""
        _, body = _descriptor(entry.configuration(b"esds")[4:], 0x03)
        flags = body[2] if len(body) > 2 else 0
        skip = 3 + 2 * bool(flags & 0x80) + 2 * bool(flags & 0x20)
        if flags & 0x40 and len(body) > skip:
            skip += 1 + body[skip]
        _, config = _descriptor(body[skip:], 0x04)
        if len(config) < 13:
            raise MalformedBoxes("The decoder configuration is too short.")
        if config[0] != 0x40:
            return f"mp4a.{config[0]:02x}"
        _, specific = _descriptor(config[13:], 0x05)
        if len(specific) < 2:
            raise MalformedBoxes("The audio configuration is too short.")
        kind = specific[0] >> 3
        if kind == 31:
            kind = 32 + ((specific[0] & 7) << 3 | specific[1] >> 5)
        return f"mp4a.40.{kind}"

    def reordering(self, entry: SampleEntry) -> int:
        """Return 0: audio is played in decoding order."""
        return 0

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """Return that a segment may begin here: with any packet, none of which has parameters."""
        return Beginning(True)


def _descriptor(data: bytes, tag: int) -> tuple[int, bytes]:
    """Return the tag and the body of the descriptor at the start; lengths take up to four 7-bit
    bytes."""
    if not data or data[0] != tag:
        raise MalformedBoxes("A descriptor is missing.")
    length, offset = 0, 1
    for _ in range(4):
        if offset >= len(data):
            raise MalformedBoxes("A descriptor is cut off.")
        byte = data[offset]
        length, offset = length << 7 | byte & 0x7F, offset + 1
        if not byte & 0x80:
            break
    return tag, data[offset : offset + length]


CODEC = _Aac()
