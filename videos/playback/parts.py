"""Serve a file, or a part of it as if it were a file of its own: a segment of a chunk.

Answers follow RFC 9110: one range, preconditions, and 416 for a range without bytes.
"""

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

from videos.playback import conditions

AT_ONCE = 512 * 1024
"""The bytes that are read in one turn in a thread: most segments should need a few turns."""
# One range; a request for several gets the whole file (RFC 9110, 14.2).
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class FilePart:
    """The `size` bytes of a file from `first` on, and the stat result of the whole file."""

    path: Path
    about: stat_result
    first: int
    size: int

    @property
    def etag(self) -> str:
        """An entity tag that differs for each part of each file."""
        numbers = (self.about.st_mtime_ns, self.about.st_size, self.first, self.size)
        return '"' + "-".join(f"{number:x}" for number in numbers) + '"'


def answer(
    part: FilePart, request: Request, *, media_type: str, headers: Mapping[str, str]
) -> Response:
    """Return the response to GET or HEAD."""
    modified = formatdate(part.about.st_mtime, usegmt=True)
    told = {**headers, "ETag": part.etag, "Last-Modified": modified, "Accept-Ranges": "bytes"}
    status = conditions.unmet(request.headers, etag=part.etag, modified=part.about.st_mtime)
    if status is not None:
        return Response(status_code=status, headers=told)
    if request.method == "HEAD":
        # Ranges apply to GET only.
        return _answered(part, 0, part.size, told, media_type=media_type, sent=0)
    asked = None
    if request.headers.get("if-range", part.etag) in (part.etag, modified):
        asked = _asked(request.headers.get("range", ""), part.size)
    first, end = asked or (0, part.size)
    if asked is not None and first >= end:
        told |= {"Cache-Control": "no-store", "Content-Range": f"bytes */{part.size}"}
        return PlainTextResponse("Nothing is in this range.", status_code=416, headers=told)
    if asked is not None:
        told["Content-Range"] = f"bytes {first}-{end - 1}/{part.size}"
    return _answered(part, first, end, told, media_type=media_type, sent=end - first)


def _answered(
    part: FilePart, first: int, end: int, told: dict[str, str], *, media_type: str, sent: int
) -> Response:
    told["Content-Length"] = str(end - first)
    body = _read(part.path, part.first + first, sent)
    status = 206 if "Content-Range" in told else 200
    return StreamingResponse(body, status, told, media_type)


def _asked(text: str, size: int) -> tuple[int, int] | None:
    """Return the begin and end of the range that a header asks for, equal or crossed if no byte is
    in it. Return None for the whole file, also if the header is not a single byte range."""
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
    """Yield the bytes. The file is opened for each read, so that it does not stay open for a client
    that is slow or gone."""
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
