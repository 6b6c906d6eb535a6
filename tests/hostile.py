"""Small files that are not what they claim: believed, each would keep a worker busy for hours or
days."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

_LONGEST_DELTA = 2**31 - 1
_HELD_FRAMES = 1_000
_HELD_SECONDS = 600
_LATE_SECONDS = 1_000_000
_KEYFRAMES = 1_000_000


def huge_steps(path: Path) -> None:
    """An MP4 of ten pictures, each of which lasts 68 years; its header says ten seconds."""
    data = _mp4(path, "testsrc2=size=320x180:rate=1:duration=10")
    _patch(data, b"mdhd", 12, struct.pack(">II", 1, 10))
    table = struct.pack(">III", 1, 10, _LONGEST_DELTA)
    _patch(data, b"stts", 4, table)
    path.write_bytes(data)


def late_packets(path: Path) -> None:
    """A Matroska whose last packets come eleven days late; its header says ten seconds."""
    late = f"setts=ts=if(gte(N\\,490)\\,TS+{_LATE_SECONDS}/TB\\,TS)"
    _ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=10", "-c:a", "libopus", "-bsf:a", late),
        *("-f", "matroska", str(path)),
    )
    data = bytearray(path.read_bytes())
    place = data.index(b"\x44\x89\x88") + 3
    data[place : place + 8] = struct.pack(">d", 10_000.0)
    path.write_bytes(data)


def held_frames(path: Path) -> None:
    """An MP4 of a thousand pictures that are each held for ten minutes, a week, of which its edit
    list shows the first."""
    seconds = _HELD_FRAMES * _HELD_SECONDS
    data = _mp4(path, f"color=size=64x64:rate=1/{_HELD_SECONDS}:duration={seconds}")
    _patch(data, b"mvhd", 16, struct.pack(">I", 10_000))
    _patch(data, b"tkhd", 20, struct.pack(">I", 10_000))
    timescale = struct.unpack(">I", data[data.index(b"mdhd") + 16 :][:4])[0]
    _patch(data, b"mdhd", 16, struct.pack(">I", 10 * timescale))
    _patch(data, b"elst", 8, struct.pack(">I", 10_000))
    path.write_bytes(data)


def endless_index(path: Path) -> None:
    """An MP4 of a million keyframes of five bytes, eleven hours in all."""
    data = bytes(_mp4(path, "color=size=64x64:rate=25:duration=1"))
    seconds = _KEYFRAMES // 25
    tables = {
        b"stts": struct.pack(">IIII", 0, 1, _KEYFRAMES, 1),
        b"stsc": struct.pack(">IIIII", 0, 1, 1, _KEYFRAMES, 1),
        b"stsz": struct.pack(">III", 0, 5, _KEYFRAMES),
        b"stco": struct.pack(">III", 0, 1, 0),
        b"mdhd": struct.pack(">IIIIIHH", 0, 0, 0, 25, _KEYFRAMES, 0x55C4, 0),
    }
    dropped = {b"stss", b"ctts", b"edts", b"udta", b"sgpd", b"sbgp"}
    moov = bytearray(_rewritten(_child(data, b"moov"), tables, dropped))
    _patch(moov, b"mvhd", 16, struct.pack(">I", seconds * 1000))
    _patch(moov, b"tkhd", 20, struct.pack(">I", seconds * 1000))
    head = _box(b"ftyp", b"isom\0\0\2\0isomavc1")
    start = len(head) + 8 + len(moov) + 8
    _patch(moov, b"stco", 8, struct.pack(">I", start))
    samples = b"\0\0\0\1\x65" * _KEYFRAMES
    path.write_bytes(head + _box(b"moov", bytes(moov)) + _box(b"mdat", samples))


# What ends well, in how many seconds: an edit list shows one picture, and packets that are days
# late have another clock.
PLAYABLE = {"held-pictures.mp4": _HELD_SECONDS, "late-packets.mkv": 10}
FILES: Mapping[str, Callable[[Path], None]] = {
    "huge-steps.mp4": huge_steps,
    "late-packets.mkv": late_packets,
    "held-pictures.mp4": held_frames,
    "endless-index.mp4": endless_index,
}


def _mp4(path: Path, picture: str) -> bytearray:
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    _ffmpeg("-f", "lavfi", "-i", picture, *codec, "-movflags", "+faststart", str(path))
    return bytearray(path.read_bytes())


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True)


def _patch(data: bytearray, kind: bytes, offset: int, value: bytes) -> None:
    """Overwrite what stands so far behind the type of the first box of a kind."""
    place = data.index(kind) + 4 + offset
    data[place : place + len(value)] = value


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _children(data: bytes) -> list[tuple[bytes, bytes]]:
    found, place = [], 0
    while place + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        found.append((kind, data[place + 8 : place + size]))
        place += size
    return found


def _child(data: bytes, kind: bytes) -> bytes:
    return next(content for name, content in _children(data) if name == kind)


def _rewritten(data: bytes, tables: Mapping[bytes, bytes], dropped: set[bytes]) -> bytes:
    """The boxes in a box, some replaced and some left out, however deep they are."""
    made = b""
    for kind, content in _children(data):
        if kind in dropped:
            continue
        if kind in (b"trak", b"mdia", b"minf", b"stbl"):
            content = _rewritten(content, tables, dropped)  # noqa: PLW2901
        made += _box(kind, tables.get(kind, content))
    return made
