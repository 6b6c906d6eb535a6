"""Draw a waveform as a PNG: one colour, on nothing or on another colour."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

Color = tuple[int, int, int]
BLUE: Color = (0x5B, 0x7C, 0xFA)
"""It stands out (3:1) from white as well as from black."""
NIGHT: Color = (0x14, 0x17, 0x20)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED = 3


def waveform(
    path: Path,
    columns: Sequence[tuple[float, float]],
    height: int,
    *,
    share: float = 1.0,
    background: Color | None = None,
) -> None:
    """Draw a column for each pair of lowest and highest sample (-1 to 1), as high as ``share`` of
    the picture. Without a background it is transparent."""
    covered = [_covered(low, high, height, share) for low, high in columns]
    rows = b"".join(b"\0" + bytes(row) for row in zip(*covered, strict=True))
    header = struct.pack(">IIBBBBB", len(columns), height, 8, _INDEXED, 0, 0, 0)
    path.write_bytes(
        b"".join(
            [
                _SIGNATURE,
                _chunk(b"IHDR", header),
                *_palette(background),
                _chunk(b"IDAT", zlib.compress(rows, 6)),
                _chunk(b"IEND", b""),
            ]
        )
    )


def _covered(low: float, high: float, height: int, share: float) -> list[int]:
    """Return how much of each pixel of a column is covered (0 to 255), from the top down. The line
    in the middle, one pixel high, always is."""
    middle = height / 2
    top = min(middle - high * share * middle, middle - 0.5)
    bottom = max(middle - low * share * middle, middle + 0.5)
    return [
        round(255 * max(0.0, min(bottom, pixel + 1) - max(top, pixel))) for pixel in range(height)
    ]


def _palette(background: Color | None) -> list[bytes]:
    """Return the chunks that make a pixel's value its share of the colour, in 255ths."""
    if background is None:
        return [_chunk(b"PLTE", bytes(BLUE) * 256), _chunk(b"tRNS", bytes(range(256)))]
    mixed = (
        round((over * share + under * (255 - share)) / 255)
        for share in range(256)
        for over, under in zip(BLUE, background, strict=True)
    )
    return [_chunk(b"PLTE", bytes(mixed))]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
