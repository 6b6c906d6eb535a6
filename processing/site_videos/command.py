"""The command line of yt-dlp, and what its output says. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What other kinds of download need is another program. So is FFmpeg, which yt-dlp would give some
# playlists to: it is not told where that is, and what came apart is joined here.
_KINDS = "[protocol~='^(https?|m3u8|m3u8_native|http_dash_segments)$']"
_FORMAT = f"bv*{_KINDS}+ba{_KINDS}/b{_KINDS}/ba{_KINDS}"
_ABOUT = "title,uploader,channel,extractor_key,webpage_url,is_live,live_status"
_PROGRESS = "%(progress.downloaded_bytes)s %(progress.total_bytes,progress.total_bytes_estimate)s"
_FOUND, _SEVERAL, _FILE, _PARTS, _AT = "found ", "several ", "file ", "parts ", "at "
_NO_FFMPEG = "/nonexistent"
_EMBEDDED = "HTML5MediaEmbed"
_NOT_OVER, _IS_OVER = ("is_live", "is_upcoming"), ("not_live", "was_live", "post_live")
_LONGEST_LINE = 256 * 1024
NAME = "video"
"""The name of the file, before its suffix."""


def options(folder: Path, *, cookies: Path | None) -> list[str]:
    """Return yt-dlp's options: one video, its best streams, nothing beside the file, and an output
    that ``Told`` reads."""
    return [
        *("--ignore-config", "--no-plugin-dirs", "--no-cache-dir", "--no-remote-components"),
        *("--js-runtimes", "node"),  # beside deno, which is on by default
        *("--no-playlist", "--playlist-items", "1:2"),
        *("--match-filters", "!is_live & live_status!=?is_upcoming & n_entries<=?1"),
        *("--format", _FORMAT, "--downloader", "native", "--fixup", "never"),
        *("--socket-timeout", "30", "--retries", "5", "--fragment-retries", "5"),
        *("--abort-on-unavailable-fragments", "--no-mtime", "--color", "never"),
        "--write-pages",  # for the playlists among them
        *("--quiet", "--no-warnings", "--no-simulate", "--progress", "--newline"),
        *("--progress-delta", "0.5", "--progress-template", f"download:{_AT}{_PROGRESS}"),
        *("--print", f"pre_process:{_FOUND}%(.{{{_ABOUT}}})j"),
        *("--print", f"playlist:{_SEVERAL}%(.{{playlist_count,n_entries}})j"),
        *("--print", f"after_move:{_FILE}%(.{{filepath}})j"),
        *("--print", f"after_move:{_PARTS}%(requested_formats.:.filepath)j"),
        *("--paths", str(folder), "--output", f"{NAME}.%(ext)s"),
        *("--ffmpeg-location", _NO_FFMPEG),
        *(("--cookies", str(cookies)) if cookies else ()),
    ]


@dataclass(frozen=True)
class Page:
    """What a site says of a video: as it says it, so nothing of it can be relied on."""

    url: str
    title: str
    uploader: str
    site: str
    is_live: bool | None
    """None where the site does not say."""


class Told:
    """A file for yt-dlp's output: it notes what each line says. ``on_page`` is called for each
    video that was found, before it is fetched."""

    def __init__(self, on_page: Callable[[Page], None]) -> None:
        self._on_page = on_page
        self._rest = b""
        self._before = self._now = 0
        self._whole: int | None = None
        self.page: Page | None = None
        self._file = ""
        self._parts: list[str] = []
        self.is_list = False

    @property
    def received(self) -> int:
        """How many bytes of the video have come."""
        return self._before + self._now

    @property
    def size(self) -> int | None:
        """How many bytes all streams so far have; None if that is not known."""
        return None if self._whole is None else self._before + self._whole

    @property
    def files(self) -> list[str]:
        """The names of what was fetched: one file, or a picture and its sound."""
        return self._parts or [self._file]

    def write(self, data: bytes, /) -> None:
        """Take in a part of the output."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[:_LONGEST_LINE]
        for line in lines:
            self._read(line.decode(errors="replace").strip())

    def _read(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        if f"{kind} " == _AT:
            self._progress(*rest.partition(" ")[::2])
        elif f"{kind} " == _FOUND:
            self.page = page_of(_object(rest))
            self._on_page(self.page)
        elif f"{kind} " == _SEVERAL:
            self.is_list = True
        elif f"{kind} " == _FILE:
            self._file = str(_object(rest).get("filepath", ""))
        elif f"{kind} " == _PARTS:
            self._parts = _texts(rest)

    def _progress(self, done: str, whole: str) -> None:
        now = _number(done) or 0
        if now < self._now:  # the next stream
            self._before += self._now
        self._now, self._whole = now, _number(whole)


def page_of(told: dict[str, Any]) -> Page:
    """Return what yt-dlp tells of a video."""
    said = {name: value for name, value in told.items() if isinstance(value, str)}
    title, kind = said.get("title", ""), said.get("extractor_key", "")
    if kind == _EMBEDDED:  # yt-dlp counts the videos of such a page in their titles
        title = title.removesuffix(" (1)")
    return Page(
        url=said.get("webpage_url", ""),
        title=title,
        uploader=said.get("uploader") or said.get("channel") or "",
        site="" if kind in (_EMBEDDED, "Generic") else kind,
        is_live=_is_live(told.get("is_live"), said.get("live_status")),
    )


def _is_live(flag: object, status: str | None) -> bool | None:
    if flag is True or status in _NOT_OVER:
        return True
    return False if flag is False or status in _IS_OVER else None


def _object(text: str) -> dict[str, Any]:
    found = _json(text)
    return found if isinstance(found, dict) else {}


def _texts(text: str) -> list[str]:
    found = _json(text)
    return [str(one) for one in found] if isinstance(found, list) else []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _number(text: str) -> int | None:
    try:
        return max(0, int(float(text)))
    except (ValueError, OverflowError):
        return None
