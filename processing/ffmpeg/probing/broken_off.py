"""Whether a file breaks off, judged by its bytes, and the duration it claims.

This is for containers that play as far as they go, where FFmpeg uses what is there and does not
report the rest: RIFF (AVI, WAV), ASF, CAF, W64, MP3 with a Xing header, Ogg, GIF, APNG, fragmented
MP4. A file that was written into a pipe has no sizes and counts as whole.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.probing import missing

_MOST_CHUNKS = 10_000
_MOST_HEADER = 1024 * 1024
# Sizes of unknown length, from programs that could not go back to write the real one.
_UNKNOWN_SIZE = 0x7FFF0000
_OGG_PAGE = 65_307
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_BROADCAST = 1
_TICKS = 10_000_000


@dataclass(frozen=True)
class Break:
    """A file ends before its own sizes say; `told` is the duration it claims in seconds, None if it
    claims none."""

    told: float | None


@dataclass(frozen=True)
class _Chunk:
    kind: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size


def find(path: Path, container: str) -> Break | None:
    """Return the break of a file, or None if it is whole or gives no sizes; `container` is FFmpeg's
    name of its container."""
    read = _READERS.get(container)
    if container.startswith("mov,"):
        return Break(None) if missing.breaks_off(path) else None
    if read is None:
        return None
    try:
        with path.open("rb") as file:
            return read(file, file.seek(0, 2))
    except (struct.error, LookupError, OSError, OverflowError, ZeroDivisionError):
        return None


def _chunks(file: BinaryIO, start: int, end: int, form: str) -> Iterator[_Chunk]:
    """Yield chunks with a kind and a size; RIFF chunks begin at even bytes."""
    at = start
    for _ in range(_MOST_CHUNKS):
        if at + struct.calcsize(form) > end:
            return
        file.seek(at)
        kind, size = struct.unpack(form, file.read(struct.calcsize(form)))
        yield _Chunk(kind, at + struct.calcsize(form), size)
        at += struct.calcsize(form) + size + (size % 2 if form == _RIFF else 0)


_RIFF, _IFF64 = "<4sI", ">4sQ"


def _riff(file: BinaryIO, length: int) -> Break | None:
    """Check the last RIFF chunk of a file; a large AVI has several."""
    parts = [one for one in _chunks(file, 0, length, _RIFF) if one.kind == b"RIFF"]
    if not parts or not _reaches_past(parts[-1], length):
        return None
    inner = list(_chunks(file, parts[0].start + 4, min(length, parts[0].end), _RIFF))
    by_kind = {one.kind: one for one in reversed(inner)}
    if {b"fmt ", b"data"} <= by_kind.keys():
        return _wave(file, by_kind, length)
    return Break(_avi_seconds(file, by_kind[b"LIST"])) if b"LIST" in by_kind else Break(None)


def _reaches_past(chunk: _Chunk, length: int) -> bool:
    return chunk.size < _UNKNOWN_SIZE and chunk.end > length + 1  # a byte to make it even


def _wave(file: BinaryIO, chunks: Mapping[bytes, _Chunk], length: int) -> Break | None:
    data = chunks[b"data"]
    if not _reaches_past(data, length):
        return None
    (byte_rate,) = struct.unpack("<I", _at(file, chunks[b"fmt "].start + 8, 4))
    return Break(data.size / byte_rate)


def _avi_seconds(file: BinaryIO, headers: _Chunk) -> float | None:
    """Return the longest duration in the stream headers, from scale, rate and length."""
    known = _at(file, headers.start, min(headers.size, _MOST_HEADER))
    found, at = [], known.find(b"strh")
    while at >= 0:
        told = known[at + 28 : at + 44]
        if len(told) == 16:
            scale, rate, _, count = struct.unpack("<IIII", told)
            found.append(count * scale / rate if rate else 0.0)
        at = known.find(b"strh", at + 4)
    return max(found, default=0.0) or None


def _asf(file: BinaryIO, length: int) -> Break | None:
    known = _at(file, 0, min(length, _MOST_HEADER))
    at = known.find(_ASF_PROPERTIES)
    if at < 0:
        return None
    told = known[at + 40 : at + 92]
    size, _, _, play, _, preroll, flags = struct.unpack("<QQQQQQI", told)
    if flags & _ASF_BROADCAST or size <= length:
        return None
    return Break(max(0.0, play / _TICKS - preroll / 1000))


def _caf(file: BinaryIO, length: int) -> Break | None:
    chunks = {one.kind: one for one in _chunks(file, 8, length, _IFF64)}
    data = chunks.get(b"data")
    if data is None or data.size >= 2**63 or data.end <= length:
        return None
    rate, packet, frames = struct.unpack(">d8xII", _at(file, chunks[b"desc"].start, 24))
    return Break((data.size - 4) / packet * frames / rate if packet and rate else None)


def _w64(file: BinaryIO, length: int) -> Break | None:
    (size,) = struct.unpack("<Q", _at(file, 16, 8))
    return Break(None) if length < size < 2**62 else None


def _mp3(file: BinaryIO, length: int) -> Break | None:
    """Read the Xing header in the first frame: the frames, and the bytes from that frame on."""
    tag = _at(file, 0, 10)
    start = 0
    if tag[:3] == b"ID3":
        start = 10 + sum((byte & 127) << 7 * place for place, byte in enumerate(tag[9:5:-1]))
    frame = _at(file, start, min(256, length - start))
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0 or frame[at + 7] & 3 != 3:
        return None
    frames, size = struct.unpack(">II", frame[at + 8 : at + 16])
    if start + size <= length + 1:
        return None
    mpeg1 = frame[1] & 8
    rate = (44_100, 48_000, 32_000, 0)[frame[2] >> 2 & 3] // (1 if mpeg1 else 2)
    return Break(frames * (1152 if mpeg1 else 576) / rate)


def _ogg(file: BinaryIO, length: int) -> Break | None:
    """Check the last page: it must be marked as the last of its stream."""
    tail = _at(file, max(0, length - _OGG_PAGE), _OGG_PAGE)
    at = tail.rfind(b"OggS")
    ends = at >= 0 and len(tail) > at + 26 and tail[at + 5] & 4
    return None if ends else Break(None)


def _gif(file: BinaryIO, length: int) -> Break | None:
    tail = _at(file, max(0, length - 64), 64).rstrip(b"\0")
    return None if tail.endswith(b";") else Break(None)


def _apng(file: BinaryIO, length: int) -> Break | None:
    return None if b"IEND" in _at(file, max(0, length - 64), 64) else Break(None)


def _at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(max(0, size))


_READERS: dict[str, Callable[[BinaryIO, int], Break | None]] = {
    "avi": _riff,
    "wav": _riff,
    "asf": _asf,
    "caf": _caf,
    "w64": _w64,
    "mp3": _mp3,
    "ogg": _ogg,
    "gif": _gif,
    "apng": _apng,
}
