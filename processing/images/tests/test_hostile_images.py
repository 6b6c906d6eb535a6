"""Hostile images: each is refused, with bounds on memory and time."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.images.examine import Examined, ImageInvalid, ImageTooLarge, examine
from tests.corpus import HOSTILE, each, needs_corpus

TOO_LARGE = {"gif_65535x65535.gif", "png_bomb_named.mp4"}
FILES = [
    pytest.param(path, id=path.name)
    for folder in ("image", "polyglot")
    for path in sorted((HOSTILE / folder).glob("*"))
]


@pytest.fixture
def ffmpeg() -> FFmpeg:
    return FFmpeg()


def opened(path: Path) -> Image.Image:
    """An image, read from a file that is closed again."""
    with Image.open(path) as image:
        image.load()
        return image


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG of one bit a pixel, with these chunks after its header."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


@needs_corpus
@pytest.mark.parametrize("path", each(list(FILES)))
def test_the_corpus_is_refused(path: Path, tmp_path: Path, ffmpeg: FFmpeg) -> None:
    began = time.monotonic()
    error = ImageTooLarge if path.name in TOO_LARGE else ImageInvalid
    with pytest.raises(error):
        examine(path, tmp_path, ffmpeg)
    assert list(tmp_path.iterdir()) == []
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("size", [(2**31 - 1, 1), (20_000, 20_000), (10_001, 10_000)])
def test_too_many_pixels_are_refused_unread(
    size: tuple[int, int], tmp_path: Path, ffmpeg: FFmpeg
) -> None:
    file = tmp_path / "bomb.png"
    file.write_bytes(png(*size, chunk(b"IDAT", zlib.compress(b"\0"))))
    with pytest.raises(ImageTooLarge):
        examine(file, tmp_path, ffmpeg)


def test_a_text_that_unfolds_to_gigabytes_is_not_unfolded(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    file = tmp_path / "text.png"
    text = b"x\0\0" + zlib.compress(b"\0" * 500_000_000, 9)
    file.write_bytes(png(1, 1, *[chunk(b"zTXt", text)] * 8, chunk(b"IDAT", zlib.compress(b"\0\0"))))
    with pytest.raises(ImageInvalid):
        examine(file, tmp_path, ffmpeg)


def test_a_profile_that_is_none_is_left_out(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    file = tmp_path / "profile.png"
    Image.new("RGB", (4, 4), "red").save(file, icc_profile=b"no profile" * 100)
    found = examine(file, tmp_path, ffmpeg)
    copy = opened(found.files["copy"])
    assert copy.getpixel((0, 0)) == (255, 0, 0)
    assert "icc_profile" not in copy.info


def test_what_hides_behind_an_image_is_in_neither_file(tmp_path: Path, ffmpeg: FFmpeg) -> None:
    file = tmp_path / "both.jpg"
    Image.new("RGB", (40, 40), "red").save(file, comment=b"<script>")
    file.write_bytes(file.read_bytes() + b"PK\x03\x04<?php <script>")
    found = examine(file, tmp_path, ffmpeg)
    for made in found.files.values():
        assert b"script" not in made.read_bytes()
        assert b"php" not in made.read_bytes()


@pytest.mark.parametrize("saved", ["CMYK", "L", "1", "P", "LA", "RGBA", "I;16"])
def test_every_kind_of_pixels_is_taken(saved: str, tmp_path: Path, ffmpeg: FFmpeg) -> None:
    file = tmp_path / ("one.jpg" if saved == "CMYK" else "one.png")
    Image.new("L", (30, 20), 200).convert(saved).save(file)
    found = examine(file, tmp_path, ffmpeg)
    assert isinstance(found, Examined)
    assert opened(found.files["copy"]).size == (30, 20)
