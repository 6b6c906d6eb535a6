"""Read captions that somebody sends or names, apart from the web process, as files of strangers
are."""

from __future__ import annotations

from pathlib import Path
from threading import BoundedSemaphore
from uuid import uuid4

from django.conf import settings as site
from django.db import connection

from processing.captions import apart, limits
from processing.captions.document import Document
from processing.ffmpeg.errors import SandboxUnavailable, ToolMissing
from processing.ffmpeg.running.ffmpeg import FFmpeg
from videos.fetching import partial, urls
from videos.fetching.download import Fetch, Wanted
from videos.ingest.image_imports import require_room

FETCH_SECONDS = 30.0
_AT_ONCE = 2
_FETCHED_AT_ONCE = 4
_PATIENCE_SECONDS = 20.0
_reading = BoundedSemaphore(_AT_ONCE)
_fetching = BoundedSemaphore(_FETCHED_AT_ONCE)


class CaptionsBusy(Exception):
    """Raised when too many files are fetched or read at once, or no program could be started."""


def read(path: Path, filename: str, *, language: str = "") -> Document:
    """Return the text of a file; ``language`` helps to guess the encoding of an old one. Raises
    ``CaptionsUnreadable`` and ``CaptionsBusy``."""
    if not connection.in_atomic_block:
        connection.close()  # others can use it meanwhile
    if not _reading.acquire(timeout=_PATIENCE_SECONDS):
        raise CaptionsBusy
    try:
        return apart.read_apart(path.resolve(), _program(), filename=filename, language=language)
    except (ToolMissing, SandboxUnavailable) as error:
        raise CaptionsBusy from error
    finally:
        _reading.release()


def _program() -> FFmpeg:
    return FFmpeg(site.FFMPEG, site.FFPROBE, site.ENV.sandbox)


def fetch(url: str, *, language: str = "") -> tuple[Document, str]:
    """Fetch the file at a URL; return its text and its name. Only a few are fetched at once, as
    whoever asks for one waits. Raises ``urls.UrlWrong``, ``FetchFailed``, and as ``read``."""
    urls.require_fetchable(url, site.FETCH_PRIVATE)
    if not _fetching.acquire(blocking=False):
        raise CaptionsBusy
    try:
        return _fetch(url, language)
    finally:
        _fetching.release()


def _fetch(url: str, language: str) -> tuple[Document, str]:
    if not connection.in_atomic_block:
        connection.close()  # others can use it meanwhile
    with partial.held(uuid4(), Path(site.UPLOAD_DIR)) as part:
        try:
            wanted = Wanted(url, limits.MOST_BYTES, "", most_seconds=FETCH_SECONDS)
            fetched = Fetch(
                wanted,
                part,
                should_stop=lambda: None,
                report=lambda _: None,
                make_room=require_room,
            ).run()
            name = fetched.filename or urls.filename(url)
            return read(part.path, name, language=language), name
        finally:
            part.discard()
