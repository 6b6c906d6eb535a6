"""Some bytes of a file, answered as if they were a file of their own: a segment of a chunk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from os import stat_result
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

AT_ONCE = 512 * 1024
"""Bytes that are read in one turn in a thread: most segments should need a few."""
# One range; whoever asks for several gets all of it (RFC 9110, 14.2).
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class FilePart:
    """Bytes `first` to `first + size` of a file, and what its file system tells of all of it."""

    path: Path
    about: stat_result
    first: int
    size: int

    @property
    def etag(self) -> str:
        """Another one for each part of each file."""
        numbers = (self.about.st_mtime_ns, self.about.st_size, self.first, self.size)
        return '"' + "-".join(f"{number:x}" for number in numbers) + '"'


def answer(
    part: FilePart, request: Request, *, media_type: str, headers: Mapping[str, str]
) -> Response:
    """The response to GET or HEAD, with Range."""
    modified = formatdate(part.about.st_mtime, usegmt=True)
    told = {**headers, "ETag": part.etag, "Last-Modified": modified, "Accept-Ranges": "bytes"}
    first, end, status = 0, part.size, 200
    if request.headers.get("if-range", part.etag) in (part.etag, modified):
        asked = _asked(request.headers.get("range", ""), part.size)
        if asked is not None:
            first, end = asked
            status = 206
            told["Content-Range"] = f"bytes {first}-{end - 1}/{part.size}"
    if first >= end:
        return PlainTextResponse(status_code=416, headers={"Content-Range": f"bytes */{part.size}"})
    told["Content-Length"] = str(end - first)
    sent = 0 if request.method == "HEAD" else end - first
    body = _read(part.path, part.first + first, sent)
    return StreamingResponse(body, status, told, media_type)


def _asked(text: str, size: int) -> tuple[int, int] | None:
    """The range a header asks for, where it begins and ends, empty where there is nothing; None for
    everything, as for what is not one range of bytes."""
    found = _RANGE.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


async def _read(path: Path, first: int, size: int) -> AsyncIterator[bytes]:
    """Opened for each turn: nothing stays open for who is slow, or gone."""
    while size > 0:
        data = await to_thread.run_sync(_read_at, path, first, min(size, AT_ONCE))
        if not data:
            raise OSError(f"{path.name} ended early")
        yield data
        first, size = first + len(data), size - len(data)


def _read_at(path: Path, first: int, size: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(first)
        return file.read(size)
