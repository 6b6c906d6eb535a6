"""RFC 6381 codec strings from MP4 sample descriptions."""

from __future__ import annotations

import struct

_VISUAL_HEADER = 78
_AUDIO_HEADER = 28
_H264 = (b"avc1", b"avc3")


def codec_string(stsd: bytes) -> str:
    """`avc1.640028` or `mp4a.40.2` from the body of an stsd box. Raises `ValueError`."""
    kind, entry = _entry(stsd)
    if kind in _H264:
        return f"{kind.decode()}.{_avcc(entry)[1:4].hex()}"
    if kind == b"mp4a":
        return _mp4a(_find(entry[_AUDIO_HEADER:], b"esds"))
    raise ValueError("The codec is none we make.")


def nal_length_size(stsd: bytes) -> int:
    """Bytes of the length before each NAL unit of H.264, 0 for other codecs."""
    kind, entry = _entry(stsd)
    return 1 + (_avcc(entry)[4] & 3) if kind in _H264 else 0


def parameter_sets(stsd: bytes) -> frozenset[bytes]:
    """The sets of parameters of H.264 an stsd box holds; none of other codecs."""
    kind, entry = _entry(stsd)
    if kind not in _H264:
        return frozenset()
    configuration, at = _avcc(entry), 5
    sets: set[bytes] = set()
    for counted in (0x1F, 0xFF):  # the sequence's, then the pictures'
        count = configuration[at] & counted if at < len(configuration) else 0
        at += 1
        for _ in range(count):
            length = int.from_bytes(configuration[at : at + 2], "big")
            sets.add(configuration[at + 2 : at + 2 + length])
            at += 2 + length
    return frozenset(sets)


def _entry(stsd: bytes) -> tuple[bytes, bytes]:
    """Kind and body of the first sample description."""
    if len(stsd) < 16:
        raise ValueError("The sample description is too short.")
    size, kind = struct.unpack_from(">I4s", stsd, 8)
    return kind, stsd[16 : 8 + size]


def _avcc(entry: bytes) -> bytes:
    configuration = _find(entry[_VISUAL_HEADER:], b"avcC")
    if len(configuration) < 5:
        raise ValueError("The avcC box is too short.")
    return configuration


def _find(data: bytes, wanted: bytes) -> bytes:
    offset = 0
    while offset + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        if size < 8:
            break
        if kind == wanted:
            return data[offset + 8 : offset + size]
        offset += size
    raise ValueError(f"The {wanted.decode()} box is missing.")


def _mp4a(esds: bytes) -> str:
    """The object type of the decoder configuration (tag 4) and its AAC object type (tag 5)."""
    _, body = _descriptor(esds[4:], 0x03)
    flags = body[2] if len(body) > 2 else 0
    skip = 3 + 2 * bool(flags & 0x80) + 2 * bool(flags & 0x20)
    if flags & 0x40 and len(body) > skip:
        skip += 1 + body[skip]
    _, config = _descriptor(body[skip:], 0x04)
    if len(config) < 13:
        raise ValueError("The decoder configuration is too short.")
    if config[0] != 0x40:
        return f"mp4a.{config[0]:02x}"
    _, specific = _descriptor(config[13:], 0x05)
    if len(specific) < 2:
        raise ValueError("The audio configuration is too short.")
    kind = specific[0] >> 3
    if kind == 31:
        kind = 32 + ((specific[0] & 7) << 3 | specific[1] >> 5)
    return f"mp4a.40.{kind}"


def _descriptor(data: bytes, tag: int) -> tuple[int, bytes]:
    """Tag and body of the descriptor at the start; lengths take up to four 7-bit bytes."""
    if not data or data[0] != tag:
        raise ValueError("A descriptor is missing.")
    length, offset = 0, 1
    for _ in range(4):
        if offset >= len(data):
            raise ValueError("A descriptor is cut off.")
        byte = data[offset]
        length, offset = length << 7 | byte & 0x7F, offset + 1
        if not byte & 0x80:
            break
    return tag, data[offset : offset + length]
