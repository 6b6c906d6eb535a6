"""Opus, as its binding to MP4 defines it."""

from __future__ import annotations

from typing import BinaryIO

from processing.mp4.box import MalformedBoxes
from processing.mp4.stsd import SampleEntry
from processing.packaging.codecs.codec import Beginning

_CONFIGURATION = 11


class _Opus:
    name = "opus"
    entries = (b"Opus",)
    strings = r"opus"

    def codec_string(self, entry: SampleEntry) -> str:
        """Return the only string there is; browsers know it in lower case."""
        if len(entry.configuration(b"dOps")) < _CONFIGURATION:
            raise MalformedBoxes("The dOps box is too short.")
        return "opus"

    def reordering(self, entry: SampleEntry) -> int:
        """Return 0: audio is played in decoding order."""
        return 0

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """Return that a segment may begin here: with any packet, none of which has parameters."""
        return Beginning(True)


CODEC = _Opus()
