"""The files to upload: short good clips, and bad files."""

from __future__ import annotations

import secrets
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

_RATE = 25


@dataclass(frozen=True)
class Input:
    """A file to upload with its number of frames, or 0 if it must fail with one of ``codes``."""

    path: Path
    frames: int
    codes: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.frames > 0


def good(folder: Path) -> list[Input]:
    """Make four clips of 2 to 4 s."""
    made = []
    for number, (seconds, size) in enumerate(
        [(2, "320x180"), (3, "320x180"), (4, "426x240"), (3, "240x426")]
    ):
        path = folder / f"good-{number}.mp4"
        _clip(path, seconds=seconds, size=size)
        made.append(Input(path, seconds * _RATE))
    return made


def bad(folder: Path) -> list[Input]:
    """Make a text, a clip that is cut off in its middle, and an empty container."""
    text = folder / "bad-text.mp4"
    text.write_text("This is no video.\n" * 50)
    whole = folder / "whole.mp4"
    _clip(whole, seconds=4, size="426x240", options=["-movflags", "+faststart"])
    truncated = folder / "bad-truncated.mp4"
    truncated.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    empty = folder / "bad-empty.mp4"
    empty.write_bytes(_box(b"ftyp", b"isom\0\0\2\0isomiso2") + _box(b"moov", _movie_header()))
    return [
        Input(text, 0, ("source_not_video",)),
        Input(truncated, 0, ("source_truncated", "source_not_video", "encode_failed")),
        Input(empty, 0, ("source_not_video", "source_truncated")),
    ]


def padded(clip: bytes, size: int) -> bytes:
    """Bring a clip to a size, with a box that players pass over and that is in no other file."""
    return clip + _box(b"free", secrets.token_bytes(size - len(clip) - 8))


def _clip(path: Path, *, seconds: int, size: str, options: list[str] | None = None) -> None:
    frame = f"testsrc2=size={size}:rate={_RATE}:duration={seconds}"
    tone = f"sine=frequency=440:duration={seconds}"
    argv = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", frame, "-f", "lavfi", "-i", tone]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([*argv, *(options or []), str(path)], check=True)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _movie_header() -> bytes:
    return _box(
        b"mvhd", struct.pack(">IIIIIIH10x36s24xI", 0, 0, 0, 1000, 0, 0x10000, 0x100, b"", 1)
    )
