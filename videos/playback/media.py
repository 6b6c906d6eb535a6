"""The ASGI app under ``/m/``: it checks the token, then serves a playlist or bytes.

``/m/<token>/<release>/<name>.m3u8`` (and ``manifest.mpd``) is rendered from the rows, and gzipped
for clients that accept that. On disk, everything else is the file of that name in the release, or a
part of one (`processing.packaging.addresses`), with Range. A video's id in place of the release
opens the texts of its tracks, which are rendered too (`media_tracks`). For an image or the poster
that an owner gave, its id stands in place of the release; for an image's original, that of the
source. In a bucket, the playlists contain a signed address for each chunk, posters and downloads
redirect to a short-lived one, and bytes never pass through here, except the small texts of a
storyboard, which name pictures relative to the address here. A video's original has an address of
its own kind (`originals`). ``?download`` makes the client save the file, named after the video's
title. Each request checks in the rows that the address is still valid (`gate`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from os import stat_result
from pathlib import Path
from uuid import UUID

import structlog
from anyio import to_thread
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.core.exceptions import SuspiciousFileOperation
from django.db import DatabaseError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from processing.packaging import addresses, storyboard
from videos import keys
from videos.database_threads import DatabaseThreads
from videos.playback import accepted, conditions, filenames, media_tracks, originals, parts, tokens
from videos.playback.frames import serving as frames
from videos.playback.frames.refusals import PictureRefused
from videos.playback.gate import Gate, Standing
from videos.playback.playlists import NoSuchPlaylist
from videos.playback.rendering import Renderer
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable, outputs
from videos.storage import originals as stored_originals

logger = structlog.get_logger(__name__)

_threads = DatabaseThreads("originals", size=1, waiting=100, queue_seconds=5, run_seconds=10)

PREFIX = "/m/"
PLAYLIST_TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml"}
_TYPES = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".vtt": "text/vtt",
    ".json": "application/json",
}
# Texts that name files beside them. They never redirect to a bucket, where those names would be
# without a signature.
_NAMING = storyboard.TEXTS
_NAMING_BYTES = 1024 * 1024
_PARTS = 3
_BYTES = "application/octet-stream"
IMAGE_ORIGINAL = "original"
"""The name of an image's original, whose id then stands in place of the release."""
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, "
    "Last-Modified, Retry-After, X-Error-Code, X-Request-ID",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Range",
    "Access-Control-Max-Age": "7200",
}
_FOR_EVER = "private, max-age=31536000, immutable"
# Cached no longer than this, so that a viewer who may not play any more does not find it in a
# cache.
_COMPLETE_SECONDS = 5
_GROWING = "private, max-age=1"
# What an address shows that is not always the same.
_CHANGING = "private, max-age=5"
SIGNED_EVERY_SECONDS = 300
"""How often the target of a redirect is signed anew. Once replaced, an address works for as long
again at most."""
_GONE = "There is no such file."


class MediaApp:
    """Serves releases to clients that hold a token for them."""

    def __init__(self, renderer: Renderer | None = None, gate: Gate | None = None) -> None:
        self._renderer = renderer or Renderer()
        self._frames = frames.Frames()
        self._texts = media_tracks.Texts()
        self._gate = gate or Gate()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        request = Request(scope, receive)  # type: ignore[arg-type]  # starlette's own mapping
        try:
            response = await self._respond(request)
        except Exception:
            # Caught here, so that pages of every origin can read the error.
            logger.exception("media_broke")
            response = _refusal(500, "An internal error occurred on the server.")
        response.headers.update(_HEADERS)
        await response(scope, receive, send)  # type: ignore[arg-type]  # starlette's own mapping

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        if request.method not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD, OPTIONS"}
            return _refusal(405, "This address answers only GET and HEAD.", allowed)
        try:
            token, release, name = request.url.path.removeprefix(PREFIX).split("/", _PARTS - 1)
            if release == originals.FOLDER:
                return await self._video_original(request, token, name)
            release_id = UUID(release)
            grant = tokens.check(token, release_id)
        except (ValueError, tokens.BadToken):
            return _refusal(403, "The token in this address is invalid or has expired.")
        try:
            return await self._granted(request, release_id, name, grant)
        except DatabaseError as error:
            logger.warning("media_unavailable", reason=type(error).__name__)
            return _unavailable()

    async def _video_original(self, request: Request, token: str, video_id: str) -> Response:
        try:
            found = await _threads.run(originals.find, token, video_id)
            if found.path is None:
                return _redirect(found.address)
            about = await to_thread.run_sync(found.path.stat)
        except originals.NotGranted:
            return _refusal(403, "The token in this address is invalid or has expired.")
        except (ObjectMissing, FileNotFoundError):
            return _refusal(404, _GONE)
        except (DatabaseError, StorageUnavailable, OSError) as error:
            logger.warning("original_unavailable", reason=type(error).__name__)
            return _unavailable()
        headers = {"Cache-Control": "no-store", "Content-Disposition": found.disposition}
        whole = parts.FilePart(found.path, about, 0, about.st_size)
        return parts.answer(whole, request, media_type=_BYTES, headers=headers)

    async def _granted(
        self, request: Request, release_id: UUID, name: str, grant: tokens.Grant
    ) -> Response:
        standing = await self._gate.admitted(release_id, grant.audience, grant.generation)
        if standing is None:
            return _closed()
        if "\0" in name:
            return _refusal(404, _GONE)
        if standing.tracks_revision is not None:
            return await self._texts.answer(request, release_id, name, standing.title)
        tracks, name = media_tracks.split(name)
        if Path(name).suffix in PLAYLIST_TYPES:
            return await self._playlist(request, release_id, name, grant, tracks)
        if standing.original_key:
            return await _image_original(request, standing, name)
        return await self._file_or_picture(request, release_id, name, standing, grant)

    async def _file_or_picture(
        self,
        request: Request,
        release_id: UUID,
        name: str,
        standing: Standing,
        grant: tokens.Grant,
    ) -> Response:
        saved_as = ""
        if filenames.PARAMETER in request.query_params:
            saved_as = filenames.disposition(standing.title, Path(name))
        if standing.folder == keys.RELEASES and frames.is_known(name):
            answer = await self._picture(request, release_id, name, disposition=saved_as)
            # Its making may have taken long.
            admitted = await self._gate.admits(release_id, grant.audience, grant.generation)
            return answer if admitted else _closed()
        within = partial(keys.in_folder, standing.folder, release_id)
        return await _file(request, within, name, disposition=saved_as)

    async def _picture(
        self, request: Request, release_id: UUID, name: str, *, disposition: str
    ) -> Response:
        """Answer with a picture that is made when it is asked for, or redirect to a storyboard."""
        query = request.query_params.multi_items()
        try:
            if name in frames.STORYBOARDS:
                # Its texts name the sheets beside them, so they are read where they lie.
                beside = await self._frames.storyboard(release_id, name, query)
                return _redirect(f"{beside}?{filenames.PARAMETER}" if disposition else beside)
            made = await self._frames.serve(release_id, name, query)
        except PictureRefused as refused:
            return _refused_picture(refused)
        except StorageUnavailable as error:
            logger.warning("picture_unavailable", reason=type(error).__name__)
            return _unavailable()
        headers = {"Cache-Control": _FOR_EVER if made.stays else _CHANGING}
        if disposition:
            headers["Content-Disposition"] = disposition
        file = made.picture
        part = parts.FilePart(file.path, file.about, 0, file.about.st_size)
        return parts.answer(part, request, media_type=_TYPES[Path(name).suffix], headers=headers)

    async def _playlist(
        self, request: Request, release_id: UUID, name: str, grant: tokens.Grant, tracks: str
    ) -> Response:
        until = grant.until
        try:
            listed = await media_tracks.asked_for(tracks, self._gate)
            playlist = await self._renderer.render(release_id, name, until=until, tracks=listed)
        except tokens.BadToken:
            return _refusal(403, "The token in this address is invalid or has expired.")
        except NoSuchPlaylist:
            return _refusal(404, "This release has no such playlist.")
        seconds = max(min(until - int(time.time()), _COMPLETE_SECONDS), 0)
        caching = f"private, max-age={seconds}" if playlist.complete else _GROWING
        headers = {"Cache-Control": caching, "Vary": "Accept-Encoding", "ETag": playlist.etag}
        status = conditions.unmet(request.headers, etag=playlist.etag, modified=None)
        if status is not None:
            return Response(status_code=status, headers=headers)
        if accepted.takes_gzip(request.headers.get("accept-encoding", "")):
            body, headers["Content-Encoding"] = playlist.gzipped, "gzip"
        else:
            body = await playlist.text()
        return Response(body, media_type=PLAYLIST_TYPES[Path(name).suffix], headers=headers)


@dataclass(frozen=True)
class _Wanted:
    """The object that a request is about, its type, and the Content-Disposition of the answer."""

    storage: MediaStorage
    key: str
    content_type: str
    disposition: str


@dataclass(frozen=True)
class _Found:
    """An object found on the local disk: its path, and its file's stat result."""

    path: Path
    about: stat_result


async def _file(
    request: Request, within: Callable[[str], str], name: str, *, disposition: str
) -> Response:
    """Answer with the file that a name means ``within`` its release or image."""
    content_type = _TYPES.get(Path(name).suffix)
    if content_type is None or ".." in name.split("/"):
        return _refusal(404, _GONE)
    part = addresses.part_of(name)
    wanted = _Wanted(outputs(), within(part.uri if part else name), content_type, disposition)
    return await _object(request, wanted, part)


async def _image_original(request: Request, standing: Standing, name: str) -> Response:
    """Answer with an image's original, which browsers save and never show."""
    if name != IMAGE_ORIGINAL:
        return _refusal(404, _GONE)
    saved_as = filenames.attachment(standing.title)
    wanted = _Wanted(stored_originals(), standing.original_key, _BYTES, saved_as)
    return await _object(request, wanted, None)


async def _object(request: Request, wanted: _Wanted, part: addresses.Part | None) -> Response:
    """Answer with a stored object, or a part of one."""
    try:
        found = await to_thread.run_sync(_look_up, wanted)
        if isinstance(found, str) and part is None and request.method == "HEAD":
            size = await to_thread.run_sync(wanted.storage.object_size, wanted.key)
            return _told_of(size, wanted.content_type, wanted.disposition)
    except (ObjectMissing, SuspiciousFileOperation, ValueError, FileNotFoundError):
        found = None
    except (StorageUnavailable, OSError) as error:
        logger.warning("file_unavailable", reason=type(error).__name__)
        return _unavailable()
    headers = {"Cache-Control": _FOR_EVER}
    if wanted.disposition:
        headers["Content-Disposition"] = wanted.disposition
    if isinstance(found, bytes):
        return Response(found, media_type=wanted.content_type, headers=headers)
    if isinstance(found, str) and part is None:
        return _redirect(found)
    if not isinstance(found, _Found) or (part and part.last >= found.about.st_size):
        return _refusal(404, _GONE)
    first, size = (part.first, part.size) if part else (0, found.about.st_size)
    bytes_of = parts.FilePart(found.path, found.about, first, size)
    return parts.answer(bytes_of, request, media_type=wanted.content_type, headers=headers)


def _told_of(size: int, content_type: str, disposition: str) -> Response:
    """Return the answer to HEAD for an object in a bucket, since a signed address works for GET
    only."""
    headers = {"Content-Length": str(size), "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
    if disposition:
        headers["Content-Disposition"] = disposition
    return Response(headers=headers, media_type=content_type)


def _look_up(wanted: _Wanted) -> _Found | str | bytes | None:
    """Return where an object lies, if it exists: a local file, or a signed address in a bucket. The
    address answers with a Content-Disposition if one is given. A text in a bucket that names files
    beside it is returned itself."""
    if (path := wanted.storage.local_path(wanted.key)) is not None:
        return _Found(path, path.stat())
    if wanted.key.rpartition("/")[2] in _NAMING:
        return wanted.storage.read_bytes(wanted.key, at_most=_NAMING_BYTES)
    window = int(time.time()) // SIGNED_EVERY_SECONDS
    until = (window + 2) * SIGNED_EVERY_SECONDS
    return wanted.storage.signed_url(wanted.key, until=until, disposition=wanted.disposition)


def _redirect(address: str) -> Response:
    return Response(status_code=302, headers={"Location": address, "Cache-Control": "no-store"})


def _closed() -> Response:
    return _refusal(
        403, "This was deleted, is no longer open to everybody, or has other addresses now."
    )


def _unavailable() -> Response:
    return _refusal(503, "The server cannot answer this at the moment.", {"Retry-After": "2"})


def _refused_picture(refused: PictureRefused) -> Response:
    headers = {"X-Error-Code": refused.code}
    if refused.retry_after:
        headers["Retry-After"] = str(refused.retry_after)
    return _refusal(refused.status, refused.sentence, headers)


def _refusal(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(
        sentence, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})}
    )
