"""Whether H.264 can be interlaced at all, by its parameter sets (ITU-T H.264, 7.3.2.1.1)."""

from __future__ import annotations

_HIGH = (44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244)
_444 = 3


def is_whole(avcc: bytes) -> bool | None:
    """Whether every set of an avcC box says that pictures are whole frames; None where that cannot
    be read."""
    sets = [avcc[at:end] for at, end in _sets(avcc)]
    try:
        return all(_frames_only(one) for one in sets) if sets else None
    except (IndexError, ValueError):
        return None


def _sets(avcc: bytes) -> list[tuple[int, int]]:
    at, found = 6, []
    for _ in range(avcc[5] & 0x1F if len(avcc) > 5 else 0):
        end = at + 2 + int.from_bytes(avcc[at : at + 2], "big")
        found.append((at + 2, end))
        at = end
    return found


def _frames_only(unit: bytes) -> bool:
    profile, bits = unit[1], _Bits(unit[4:].replace(b"\0\0\3", b"\0\0"))
    bits.golomb()
    if profile in _HIGH:
        _skip_high(bits)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(bits.golomb()):
            bits.golomb()
    bits.golomb()  # reference frames
    bits.take(1)
    bits.golomb()  # width
    bits.golomb()  # height
    return bool(bits.take(1))


def _skip_high(bits: _Bits) -> None:
    chroma = bits.golomb()
    if chroma == _444:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == _444 else 8):
            if bits.take(1):
                _skip_list(bits, 16 if number < 6 else 64)


def _skip_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            code = bits.golomb()
            following = (last + (-(code // 2) if code % 2 == 0 else (code + 1) // 2)) % 256
        last = following or last


class _Bits:
    """Reads bits from the most significant one on. Raises `IndexError` past the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> int:
        """So many bits as a number."""
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at // 8] >> (7 - self._at % 8) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """An unsigned Exp-Golomb code; of a signed one the code number."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("no Exp-Golomb code")
        return (1 << zeros) - 1 + self.take(zeros)
