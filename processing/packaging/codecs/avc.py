"""H.264 (AVC)."""

from __future__ import annotations

from typing import BinaryIO

from processing.mp4 import avcc
from processing.mp4.box import MalformedBoxes
from processing.mp4.stsd import SampleEntry
from processing.packaging.codecs import nal
from processing.packaging.codecs.codec import Beginning

_IDR_SLICE = 5
_SLICES = frozenset({1, 2, 3, 4, _IDR_SLICE})
_PARAMETER_SETS = frozenset({7, 8})


class _Avc:
    name = "h264"
    entries = (b"avc1", b"avc3")
    strings = r"avc[13]\.[0-9a-f]{6}"

    def codec_string(self, entry: SampleEntry) -> str:
        return f"{entry.kind.decode()}.{_configuration(entry)[1:4].hex()}"

    def reordering(self, entry: SampleEntry) -> int:
        """Return the number from the sequence parameter sets, or else as many frames as a decoder
        keeps."""
        sets = avcc.sequence_sets(_configuration(entry))
        try:
            return max(map(avcc.reordering, sets), default=0)
        except (IndexError, ValueError) as error:
            raise MalformedBoxes("The sequence parameter set cannot be read.") from error

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """Return whether the sample begins with an IDR picture, as every segment must."""
        kind, sets = nal.first_slice(
            file,
            offset,
            size,
            length_size=1 + (_configuration(entry)[4] & 3),
            kind_of=lambda first: first & 0x1F,
            slices=_SLICES,
            parameters=_PARAMETER_SETS,
        )
        return Beginning(kind == _IDR_SLICE, not sets <= _parameter_sets(entry))


def _configuration(entry: SampleEntry) -> bytes:
    configuration = entry.configuration(b"avcC")
    if len(configuration) < 5:
        raise MalformedBoxes("The avcC box is too short.")
    return configuration


def _parameter_sets(entry: SampleEntry) -> frozenset[bytes]:
    configuration, at = _configuration(entry), 5
    sets: set[bytes] = set()
    for counted in (0x1F, 0xFF):  # the sequence sets, then the picture sets
        count = configuration[at] & counted if at < len(configuration) else 0
        at += 1
        found, at = nal.sets_at(configuration, at, count)
        sets |= found
    return frozenset(sets)


CODEC = _Avc()
