"""AV1, as its binding to MP4 defines it (av1-isobmff)."""

from __future__ import annotations

from typing import BinaryIO

from processing.mp4 import obu
from processing.mp4.box import MalformedBoxes, read_bytes
from processing.mp4.stsd import SampleEntry
from processing.packaging.codecs.codec import Beginning

_KEY_FRAME = 0


class _Av1:
    name = "av1"
    entries = (b"av01",)
    strings = r"av01\.[012]\.\d{2}[MH]\.(08|10|12)"

    def codec_string(self, entry: SampleEntry) -> str:
        """Return the string of profile, level and tier, and bits of a sample."""
        raw = _configuration(entry)
        profile, level = raw[1] >> 5, raw[1] & 0x1F
        tier, high, twelve = raw[2] >> 7, raw[2] >> 6 & 1, raw[2] >> 5 & 1
        depth = (12 if twelve else 10) if high else 8
        return f"av01.{profile}.{level:02d}{'MH'[tier]}.{depth:02d}"

    def reordering(self, entry: SampleEntry) -> int:
        """Return 0: frames that are shown later are part of the sample that needs them first."""
        return 0

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """Return whether the sample begins with a sequence header, the one of the sample
        description, and a key frame that is shown. Every segment must."""
        headers: set[bytes] = set()
        for unit in obu.units(file, offset, size):
            if unit.kind == obu.SEQUENCE_HEADER:
                headers.add(obu.payload(file, unit))
            if unit.kind in obu.FRAMES and unit.size:
                first = read_bytes(file, unit.start, 1, 1)[0]
                existing, kind, shown = first >> 7, first >> 5 & 3, first >> 4 & 1
                key = not existing and kind == _KEY_FRAME and shown
                known = obu.sequence_header(_configuration(entry))
                return Beginning(bool(key and headers), not headers <= {known})
        return Beginning(False)


def _configuration(entry: SampleEntry) -> bytes:
    configuration = entry.configuration(b"av1C")
    if len(configuration) < 4:
        raise MalformedBoxes("The av1C box is too short.")
    return configuration


CODEC = _Av1()
