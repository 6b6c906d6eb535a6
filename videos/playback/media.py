"""The ASGI app under ``/m/``: token, then playlist or bytes.

``/m/<token>/<release>/<name>.m3u8`` (and ``manifest.mpd``) is rendered from the rows, gzipped for
whoever takes that; on disk everything else is the file of that name in the release, with Range.
In a bucket the playlists carry a signed address for each chunk, and bytes never pass here.
"""

import gzip
import re
from functools import partial
from pathlib import Path
from uuid import UUID

from asgiref.sync import sync_to_async
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.core.exceptions import SuspiciousFileOperation
from django.db import close_old_connections
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from videos import keys
from videos.models import Chunk
from videos.playback import playlists, tokens
from videos.renditions import AddressOf
from videos.storage import ObjectMissing, outputs

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


class MediaApp:
    """Serves releases to whoever holds a token for them."""

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
            seconds = tokens.check(token, release_id)
        except (ValueError, tokens.BadToken):
            return _refusal(403, "This address carries no valid token, or it has expired.")
        if Path(name).suffix in PLAYLIST_TYPES:
            return await _playlist(request, release_id, name, seconds)
        return await _file(release_id, name)


async def _playlist(request: Request, release_id: UUID, name: str, seconds: int) -> Response:
    address_of = partial(_address, release_id=release_id, seconds=seconds)
    try:
        playlist = await sync_to_async(_render)(release_id, name, address_of)
    except playlists.NoSuchPlaylist:
        return _refusal(404, "This release has no such playlist.")
    caching = f"private, max-age={min(seconds, 300)}" if playlist.complete else _GROWING
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    body = playlist.text.encode()
    if takes_gzip(request.headers.get("accept-encoding", "")):
        body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
    return Response(body, media_type=PLAYLIST_TYPES[Path(name).suffix], headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110): by name, or by the asterisk."""
    weights = {}
    for entry in accepted.lower().split(","):
        coding, _, parameter = entry.partition(";")
        weight = re.fullmatch(r"\s*q\s*=\s*([\d.]+)\s*", parameter)
        weights[coding.strip()] = float(weight[1].strip(".") or 0) if weight else 1.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _render(release_id: UUID, name: str, address_of: AddressOf) -> playlists.Playlist:
    close_old_connections()
    try:
        return playlists.render(release_id, name, address_of=address_of)
    finally:
        close_old_connections()


def _address(chunk: Chunk, *, release_id: UUID, seconds: int) -> str:
    """A chunk as its playlist names it: beside it on disk, signed and absolute in a bucket."""
    signed = outputs().signed_url(chunk.key, seconds=seconds)
    return signed or keys.within_release(release_id, chunk.key)


async def _file(release_id: UUID, name: str) -> Response:
    content_type = _TYPES.get(Path(name).suffix)
    if content_type is None or ".." in name.split("/"):
        return _refusal(404, "There is no such file.")
    try:
        path = await sync_to_async(outputs().local_path)(keys.in_release(release_id, name))
    except (ObjectMissing, SuspiciousFileOperation, ValueError):
        path = None
    if path is None:
        return _refusal(404, "There is no such file.")
    return FileResponse(path, media_type=content_type, headers={"Cache-Control": _FOR_EVER})


def _refusal(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status_code=status, headers={"Cache-Control": "no-store"})
