"""The ASGI app under ``/m/``: token, then playlist or bytes.

``/m/<token>/<release>/<name>.m3u8`` (and ``manifest.mpd``) is rendered from the rows, gzipped for
whoever takes that; on disk everything else is the file of that name in the release, or a part of
one (`processing.packaging.addresses`), with Range. In a bucket the playlists carry a signed address
for each chunk, and bytes never pass here.
"""

import re
import time
from collections.abc import Mapping
from os import stat_result
from pathlib import Path
from uuid import UUID

import structlog
from anyio import to_thread
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from processing.packaging import addresses
from videos import keys
from videos.playback import parts, tokens
from videos.playback.playlists import NoSuchPlaylist
from videos.playback.rendering import Renderer
from videos.storage import ObjectMissing, StorageUnavailable, outputs

logger = structlog.get_logger(__name__)

PREFIX = "/m/"
PLAYLIST_TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml"}
_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".vtt": "text/vtt"}
_PARTS = 3
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Length, Content-Range, Accept-Ranges",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_FOR_EVER = "private, max-age=31536000, immutable"
_GROWING = "private, max-age=1"


class _Bytes(FileResponse):
    """Each read takes a turn in a thread: most segments should need one or two."""

    chunk_size = 512 * 1024


class MediaApp:
    """Serves releases to whoever holds a token for them."""

    def __init__(self, renderer: Renderer | None = None) -> None:
        self._renderer = renderer or Renderer()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        request = Request(scope, receive)  # type: ignore[arg-type]  # starlette's own mapping
        response = await self._respond(request)
        response.headers.update(_HEADERS)
        await response(scope, receive, send)  # type: ignore[arg-type]  # starlette's own mapping

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(
                status_code=204,
                headers={
                    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
                    "Access-Control-Allow-Headers": "Range, If-Range",
                },
            )
        if request.method not in ("GET", "HEAD"):
            return _refusal(405, "Only GET and HEAD are answered here.")
        parts = request.url.path.removeprefix(PREFIX).split("/", _PARTS - 1)
        if len(parts) < _PARTS:
            return _refusal(403, "This address carries no valid token.")
        token, release, name = parts
        try:
            release_id = UUID(release)
            until = tokens.check(token, release_id)
        except (ValueError, tokens.BadToken):
            return _refusal(403, "This address carries no valid token, or it has expired.")
        if Path(name).suffix in PLAYLIST_TYPES:
            return await self._playlist(request, release_id, name, until)
        return await _file(request, release_id, name)

    async def _playlist(
        self, request: Request, release_id: UUID, name: str, until: int
    ) -> Response:
        try:
            playlist = await self._renderer.render(release_id, name, until=until)
        except NoSuchPlaylist:
            return _refusal(404, "This release has no such playlist.")
        except DatabaseError as error:
            logger.warning("playlist_unavailable", reason=type(error).__name__)
            return _refusal(503, "This cannot be answered just now.", {"Retry-After": "2"})
        seconds = max(min(until - int(time.time()), 300), 0)
        caching = f"private, max-age={seconds}" if playlist.complete else _GROWING
        headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
        if takes_gzip(request.headers.get("accept-encoding", "")):
            body, headers["Content-Encoding"] = playlist.gzipped, "gzip"
        else:
            body = await playlist.text()
        return Response(body, media_type=PLAYLIST_TYPES[Path(name).suffix], headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110): by name, or by the asterisk."""
    weights = {}
    for entry in accepted.lower().split(","):
        coding, _, parameter = entry.partition(";")
        weight = re.fullmatch(r"\s*q\s*=\s*([\d.]+)\s*", parameter)
        weights[coding.strip()] = float(weight[1].strip(".") or 0) if weight else 1.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


async def _file(request: Request, release_id: UUID, name: str) -> Response:
    content_type = _TYPES.get(Path(name).suffix)
    if content_type is None or ".." in name.split("/"):
        return _refusal(404, "There is no such file.")
    part = addresses.part_of(name)
    try:
        key = keys.in_release(release_id, part.uri if part else name)
        found = await to_thread.run_sync(_look_up, key)
    except (ObjectMissing, SuspiciousFileOperation, ValueError, FileNotFoundError):
        found = None
    except (StorageUnavailable, OSError) as error:
        logger.warning("file_unavailable", reason=type(error).__name__)
        return _refusal(503, "This cannot be answered just now.", {"Retry-After": "2"})
    if found is None or (part and part.last >= found[1].st_size):
        return _refusal(404, "There is no such file.")
    path, about = found
    headers = {"Cache-Control": _FOR_EVER}
    if part:
        bytes_of = parts.FilePart(path, about, part.first, part.size)
        return parts.answer(bytes_of, request, media_type=content_type, headers=headers)
    return _Bytes(path, stat_result=about, media_type=content_type, headers=headers)


def _look_up(key: str) -> tuple[Path, stat_result] | None:
    """Where an object lies here, if it does, and what its file system tells of it."""
    path = outputs().local_path(key)
    return (path, path.stat()) if path is not None else None


def _refusal(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(
        sentence, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})}
    )
