"""The configuration of H.264: facts from its sequence parameter sets (ITU-T H.264, 7.3.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass

from processing.mp4.bits import Bits, unescaped

_HIGH = (44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244)
_444 = 3
_OWN_ASPECT = 255
# Profiles that may declare by a constraint that every frame is a keyframe.
_INTRA = (44, 86, 100, 110, 122, 244)
_MOST_FRAMES = 16
# The number of macroblocks that a decoder keeps, by level (table A-1).
_KEPT = {
    10: 396, 11: 900, 12: 2376, 13: 2376, 20: 2376, 21: 4752, 22: 8100, 30: 8100, 31: 18000,
    32: 20480, 40: 32768, 41: 32768, 42: 34816, 50: 110400, 51: 184320, 52: 184320,
}  # fmt: skip


@dataclass(frozen=True)
class _Head:
    """The start of a set, up to the size: how frames are numbered, macroblocks across and down, and
    whether every frame is a whole frame."""

    order: int
    wide: int
    tall: int
    frames_only: bool


def sequence_sets(avcc: bytes) -> list[bytes]:
    """Return the sequence parameter sets in the body of an avcC box."""
    at, found = 6, []
    for _ in range(avcc[5] & 0x1F if len(avcc) > 5 else 0):
        end = at + 2 + int.from_bytes(avcc[at : at + 2], "big")
        found.append(avcc[at + 2 : end])
        at = end
    return found


def frames_only(unit: bytes) -> bool:
    """Whether a set says that every frame is a whole frame. Raises `IndexError` or `ValueError` if
    it cannot be read."""
    return _head(unit[1], Bits(unescaped(unit[4:]))).frames_only


def reordering(unit: bytes) -> int:
    """Return how many frames at most are decoded before one that is shown earlier: the set's own
    number, or else as many as a decoder of its level keeps. Raises `IndexError` or `ValueError`."""
    profile, constraints, level = unit[1:4]
    bits = Bits(unescaped(unit[4:]))
    head = _head(profile, bits)
    if not head.frames_only:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        _skip(bits, 4)  # cropping
    told = _told(bits) if bits.take(1) else None
    if told is not None:
        return told
    if head.order == 2 or (constraints & 0x10 and profile in _INTRA):
        return 0
    kept = _KEPT.get(level, _MOST_FRAMES * head.wide * head.tall)
    return min(kept // max(1, head.wide * head.tall), _MOST_FRAMES)


def _head(profile: int, bits: Bits) -> _Head:
    bits.golomb()
    if profile in _HIGH:
        _skip_high(bits)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        _skip(bits, 2)
        _skip(bits, bits.golomb())
    bits.golomb()  # reference frames
    bits.take(1)
    wide, tall = bits.golomb() + 1, bits.golomb() + 1
    whole = bool(bits.take(1))
    return _Head(order, wide, tall if whole else 2 * tall, whole)


def _skip_high(bits: Bits) -> None:
    chroma = bits.golomb()
    if chroma == _444:
        bits.take(1)
    _skip(bits, 2)
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == _444 else 8):
            if bits.take(1):
                _skip_list(bits, 16 if number < 6 else 64)


def _skip_list(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            code = bits.golomb()
            following = (last + (-(code // 2) if code % 2 == 0 else (code + 1) // 2)) % 256
        last = following or last


def _told(bits: Bits) -> int | None:
    """Return the number of reordered frames from the usability information (annex E), None if it
    has none."""
    if bits.take(1) and bits.take(8) == _OWN_ASPECT:
        bits.take(32)
    if bits.take(1):
        bits.take(1)  # overscan
    if bits.take(1):
        bits.take(4)  # format and range
        if bits.take(1):
            bits.take(24)  # colours
    if bits.take(1):
        _skip(bits, 2)  # places of chroma
    if bits.take(1):
        bits.take(65)  # ticks
    buffered = [_skips_buffering(bits), _skips_buffering(bits)]
    if any(buffered):
        bits.take(1)
    bits.take(1)
    if not bits.take(1):
        return None
    bits.take(1)
    _skip(bits, 4)
    return bits.golomb()


def _skips_buffering(bits: Bits) -> bool:
    """Skip the parameters of a reference decoder (E.1.2), and return whether they were there."""
    if not bits.take(1):
        return False
    count = bits.golomb() + 1
    bits.take(8)
    for _ in range(count):
        _skip(bits, 2)
        bits.take(1)
    bits.take(20)
    return True


def _skip(bits: Bits, codes: int) -> None:
    for _ in range(codes):
        bits.golomb()
