"""Recognise a live stream by the playlist that was fetched, where the site does not tell."""

from __future__ import annotations

from pathlib import Path

_END_BYTES = 64 * 1024
_OVER = (b"#EXT-X-ENDLIST", b"#EXT-X-PLAYLIST-TYPE:VOD")


def has_live_one(folder: Path) -> bool:
    """Return whether one of the pages that yt-dlp wrote down is a media playlist (RFC 8216) that
    may still grow, so that what was fetched is only what it had just then."""
    pages = (path for path in folder.glob("*.dump") if path.is_file() and not path.is_symlink())
    return any(map(_is_live, pages))


def _is_live(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_END_BYTES)
        file.seek(max(0, path.stat().st_size - _END_BYTES))
        both = head + file.read(_END_BYTES)
    is_playlist = head.lstrip().startswith(b"#EXTM3U") and b"#EXTINF" in head
    return is_playlist and not any(word in both for word in _OVER)
