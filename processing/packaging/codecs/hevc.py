"""HEVC (H.265)."""

from __future__ import annotations

from typing import BinaryIO

from processing.mp4.bits import Bits, unescaped
from processing.mp4.box import MalformedBoxes
from processing.mp4.stsd import SampleEntry
from processing.packaging.codecs import nal
from processing.packaging.codecs.codec import Beginning

_SLICES = frozenset(range(32))
# Kinds of slices that need no earlier frame; the frames that follow need none either.
_IDR_SLICES = frozenset({19, 20})
_PARAMETER_SETS = frozenset({32, 33, 34})
_SEQUENCE_SET = 33
_ARRAYS_AT = 22


class _Hevc:
    name = "hevc"
    entries = (b"hvc1", b"hev1")
    strings = r"h(vc|ev)1\.[ABC]?\d+\.[0-9A-F]+\.[LH]\d+(\.[0-9A-F]{1,2})*"

    def codec_string(self, entry: SampleEntry) -> str:
        """Return the string by ISO/IEC 14496-15, annex E: profile, compatibility, tier and level,
        constraints."""
        raw = _configuration(entry)
        space, tier, profile = raw[1] >> 6, raw[1] >> 5 & 1, raw[1] & 0x1F
        compatible = int(f"{int.from_bytes(raw[2:6], 'big'):032b}"[::-1], 2)
        constraints = raw[6:12].rstrip(b"\0")
        parts = [f"{['', 'A', 'B', 'C'][space]}{profile}", f"{compatible:X}"]
        parts += [f"{'LH'[tier]}{raw[12]}", *(f"{byte:X}" for byte in constraints)]
        return ".".join([entry.kind.decode(), *parts])

    def reordering(self, entry: SampleEntry) -> int:
        """Return the number from the sequence parameter sets."""
        sets = [one for one in _parameter_sets(entry) if one[0] >> 1 & 0x3F == _SEQUENCE_SET]
        try:
            return max(map(_reordering, sets), default=0)
        except (IndexError, ValueError) as error:
            raise MalformedBoxes("The sequence parameter set cannot be read.") from error

    def beginning(self, file: BinaryIO, offset: int, size: int, entry: SampleEntry) -> Beginning:
        """Return whether the sample begins with an IDR picture, as every segment must: frames shown
        before a CRA picture need others."""
        kind, sets = nal.first_slice(
            file,
            offset,
            size,
            length_size=1 + (_configuration(entry)[21] & 3),
            kind_of=lambda first: first >> 1 & 0x3F,
            slices=_SLICES,
            parameters=_PARAMETER_SETS,
        )
        return Beginning(kind in _IDR_SLICES, not sets <= _parameter_sets(entry))


def _configuration(entry: SampleEntry) -> bytes:
    configuration = entry.configuration(b"hvcC")
    if len(configuration) <= _ARRAYS_AT:
        raise MalformedBoxes("The hvcC box is too short.")
    return configuration


def _parameter_sets(entry: SampleEntry) -> frozenset[bytes]:
    configuration = _configuration(entry)
    sets: set[bytes] = set()
    at = _ARRAYS_AT + 1
    for _ in range(configuration[_ARRAYS_AT]):
        count = int.from_bytes(configuration[at + 1 : at + 3], "big")
        at += 3
        found, at = nal.sets_at(configuration, at, count)
        sets |= found
    return frozenset(sets)


def _reordering(unit: bytes) -> int:
    """Return `sps_max_num_reorder_pics` (ITU-T H.265, 7.3.2.2.1), the largest of its layers."""
    bits = Bits(unescaped(unit[2:]))
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)
    inside = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in inside:
        bits.take(88 * profile + 8 * level)
    bits.golomb()
    if bits.golomb() == 3:  # 4:4:4
        bits.take(1)
    sizes = 2
    _skip(bits, sizes)
    if bits.take(1):
        _skip(bits, 4)  # cropping
    _skip(bits, 3)
    told = layers + 1 if bits.take(1) else 1
    return max((bits.golomb(), bits.golomb(), bits.golomb())[1] for _ in range(told))


def _skip(bits: Bits, codes: int) -> None:
    for _ in range(codes):
        bits.golomb()


CODEC = _Hevc()
