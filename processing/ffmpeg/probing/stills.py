"""Still pictures, recognized by their first bytes, so that the uploader is told what is
accepted."""

from __future__ import annotations

from pathlib import Path

_BEGINNINGS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
)
# Brands of ISO/IEC 23008-12 and of AVIF: pictures, not a film.
_BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"mif1": "HEIF",
    b"hevc": "HEIC", b"hevx": "HEIC", b"msf1": "HEIF", b"avif": "AVIF", b"avis": "AVIF",
}  # fmt: skip


def kind_of(path: Path) -> str | None:
    """Return the kind of still picture of a file by its first bytes, None for anything else. GIF is
    not included, and playable animations are not told apart, so call this only for files that
    cannot be opened."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    return next((kind for begins, kind in _BEGINNINGS if head.startswith(begins)), None)
