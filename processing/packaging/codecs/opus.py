"""Opus, as its binding to MP4 has it."""

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
        """The one there is; browsers know it in small letters."""
        if len(entry.configuration(b"dOps")) < _CONFIGURATION:
            raise MalformedBoxes("The dOps box is too short.")
        return "opus"

    def reordering(self, entry: SampleEntry) -> int:
        """Audio is heard as it comes."""
        return 0

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """A segment may begin with any packet, and none comes with parameters."""
        return Beginning(True)


CODEC = _Opus()
