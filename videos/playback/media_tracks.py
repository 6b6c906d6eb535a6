"""The texts of a video's tracks, as the media app serves them, and how playlists name the video.

A release may belong to several videos with tracks of their own. So the address of a playlist says
in a part of its path whose tracks are listed, with a token for that video:
``/m/<token>/<release>/<video>.<token>/master.m3u8``. All addresses relative to it inherit that
part, and it means nothing for them. The files of the tracks lie under the id of the video:
``/m/<token>/<video>/<track>.vtt``.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from anyio import to_thread
from django.urls import get_script_prefix
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from videos.database_threads import DatabaseThreads
from videos.playback import accepted, conditions, filenames, tokens
from videos.playback.gate import Gate
from videos.playback.rendering import Tracks
from videos.playback.sharing import Shared
from videos.tracks import texts
from videos.tracks.texts import NoSuchText

REVISION = "revision"
"""The query parameter of a text's address with which pages name the revision of the track that they
have heard of. Its text is never an earlier one, which might be kept here or by a browser."""
KEPT_SECONDS = 1.0
"""How long a text is kept for others that ask, after which an edit shows."""
_PART = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[^/]+")
_KEPT_BYTES = 16 * 1024**2
# What each text takes beside its bytes: most segments are tiny, and a client may ask for many.
_KEEPING_BYTES = 1024
_GZIP_LEVEL = 6
# Whoever edits wants to see it; players ask again for what they show seldom.
_CACHING = "private, max-age=2"

_threads = DatabaseThreads("texts", size=2, waiting=1000, queue_seconds=10, run_seconds=10)


def below(video_id: UUID, token: str, name: str) -> str:
    """Return the name of a playlist that lists the tracks of a video."""
    return f"{video_id}.{token}/{name}"


def split(name: str) -> tuple[str, str]:
    """Return the part of a name that says whose tracks are listed, which may be empty, and the
    rest."""
    first, _, rest = name.partition("/")
    return (first, rest) if rest and _PART.fullmatch(first) else ("", name)


async def asked_for(part: str, gate: Gate) -> Tracks | None:
    """Return the tracks that the part of an address asks for; none if the video is closed to its
    holder. Raises ``BadToken``."""
    if not part:
        return None
    name, _, token = part.partition(".")
    video_id = UUID(name)
    grant = tokens.check(token, video_id)
    standing = await gate.admitted(video_id, grant.audience, grant.generation)
    if standing is None or standing.tracks_revision is None:
        return None
    base = f"{get_script_prefix()}m/{token}/{video_id}/"
    return Tracks(video_id, base, standing.tracks_revision)


@dataclass(frozen=True)
class _Made:
    """A text as it is sent, made outside the event loop."""

    gzipped: bytes
    content_type: str
    saved_as: str
    etag: str

    @property
    def weight(self) -> int:
        """About the bytes of memory that it takes while it is kept."""
        return len(self.gzipped) + _KEEPING_BYTES


class Texts:
    """Serves the texts of tracks; each is rendered once for all who ask at the same time."""

    def __init__(self) -> None:
        self._kept: Shared[tuple[UUID, str, int], _Made] = Shared(
            seconds=KEPT_SECONDS, most=_KEPT_BYTES, weigh=lambda made: made.weight
        )

    async def answer(self, request: Request, video_id: UUID, name: str, title: str) -> Response:
        """Answer a request for a text of a video that its holder may see."""
        try:
            made = await self._made(video_id, name, fresh=REVISION in request.query_params)
        except NoSuchText:
            return PlainTextResponse(
                "This video has no such text.", 404, headers={"Cache-Control": "no-store"}
            )
        headers = {"Cache-Control": _CACHING, "Vary": "Accept-Encoding", "ETag": made.etag}
        status = conditions.unmet(request.headers, etag=made.etag, modified=None)
        if status is not None:
            return Response(status_code=status, headers=headers)
        if filenames.PARAMETER in request.query_params:
            headers["Content-Disposition"] = filenames.disposition(title, Path(made.saved_as))
        body = made.gzipped
        if accepted.takes_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
        else:
            body = await to_thread.run_sync(gzip.decompress, body)
        return Response(body, headers={**headers, "Content-Type": made.content_type})

    async def _made(self, video_id: UUID, name: str, *, fresh: bool) -> _Made:
        """Return a text; a ``fresh`` one is that of the revision that its track has now, whichever
        the address names: nobody can have a text rendered again by making revisions up."""
        revision = await _threads.run(texts.revision, video_id, name) if fresh else 0
        return await self._kept.get(
            (video_id, name, revision), lambda: _threads.run(_make, video_id, name)
        )


def _make(video_id: UUID, name: str) -> _Made:
    text = texts.render(video_id, name)
    body = text.body.encode()
    return _Made(
        gzip.compress(body, _GZIP_LEVEL, mtime=0),
        text.content_type,
        f"{text.language or text.label}{Path(name).suffix}",
        f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
    )
