"""Render playlists for sending, outside the event loop, once for all clients that ask.

Rendering a film of several hours takes a good part of a second, so a few threads do it. Playlists
that cannot change any more are kept, gzipped.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID
from weakref import WeakValueDictionary

from processing.packaging.addresses import Address
from videos.database_threads import DatabaseThreads, Overloaded
from videos.models import Release
from videos.playback import playlists
from videos.playback.playlists import NoSuchPlaylist
from videos.playback.sharing import Shared
from videos.storage import outputs
from videos.tracks import selectors

GROWING_SECONDS = 1.0
"""How long the state of a release, and the playlists of one that grows, are kept before they are
asked for anew."""
KEPT_SECONDS = 300.0
TURN_SECONDS = 60.0
"""The time limit for rendering a playlist, including the wait for others of its release."""
KEPT_BYTES = 64 * 1024**2
_RELEASES = 10_000
_AT_A_TIME = 2
# zlib's own default; the highest level takes twice as long and saves one percent.
_GZIP_LEVEL = 6
_SMALL_BYTES = 64 * 1024

# Enough threads that a long manifest does not hold up the next playlist. No more, since making text
# holds Python's GIL, which the event loop needs too.
_threads = DatabaseThreads("playlist", size=3, waiting=1000, queue_seconds=20, run_seconds=15)
# Releases are looked up in separate threads, so that a look-up never waits behind a rendering.
_lookups = DatabaseThreads("release", size=2, waiting=1000, queue_seconds=5, run_seconds=5)


@dataclass(frozen=True)
class Rendered:
    """The gzipped text of a playlist, and whether it can never change."""

    gzipped: bytes
    complete: bool

    @cached_property
    def etag(self) -> str:
        """The entity tag. It is weak, since it is the same for the text and its gzipped form."""
        return f'W/"{hashlib.sha256(self.gzipped).hexdigest()[:32]}"'

    async def text(self) -> bytes:
        """Return the uncompressed text, for clients that accept no gzip."""
        if len(self.gzipped) < _SMALL_BYTES:
            return gzip.decompress(self.gzipped)
        return await asyncio.to_thread(gzip.decompress, self.gzipped)


@dataclass(frozen=True)
class Tracks:
    """The tracks of a video that a playlist lists: ``base`` is the address of their files, and
    ``revision`` changes with the list."""

    video_id: UUID
    base: str
    revision: int


class Renderer:
    """Renders each playlist once while it stays the same."""

    def __init__(self, growing_seconds: float = GROWING_SECONDS) -> None:
        self._releases: Shared[UUID, Release | _Nothing] = Shared(
            seconds=growing_seconds, most=_RELEASES, weigh=lambda _: 1
        )
        self._growing, self._complete = (
            Shared[tuple[UUID, str, int, Tracks | None], Rendered](
                seconds=seconds, most=KEPT_BYTES, weigh=lambda rendered: len(rendered.gzipped)
            )
            for seconds in (growing_seconds, KEPT_SECONDS)
        )
        self._turns: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    async def render(
        self, release_id: UUID, name: str, *, until: int, tracks: Tracks | None = None
    ) -> Rendered:
        """Return a playlist whose addresses are valid until then (seconds since 1970), with the
        tracks of a video.

        Raises ``NoSuchPlaylist``, and Django's ``DatabaseError`` if the database does not answer.
        """
        release = await self._releases.get(release_id, lambda: _lookups.run(_look_up, release_id))
        if isinstance(release, _Nothing):
            raise NoSuchPlaylist
        kept = self._complete if release.is_complete else self._growing
        return await kept.get(
            (release_id, name, until, tracks), lambda: self._in_turn(release, name, until, tracks)
        )

    async def _in_turn(
        self, release: Release, name: str, until: int, tracks: Tracks | None
    ) -> Rendered:
        """Render a few playlists of a release at a time, so that one film never takes all
        threads."""
        turn = self._turns.setdefault(release.pk, asyncio.Semaphore(_AT_A_TIME))
        try:
            async with asyncio.timeout(TURN_SECONDS), turn:
                return await _threads.run(_render, release, name, until, tracks)
        except TimeoutError as error:
            raise Overloaded("too many playlists of this release are rendered") from error


class _Nothing:
    """Marks a release that does not exist; this is worth caching too."""


def _look_up(release_id: UUID) -> Release | _Nothing:
    return playlists.live(release_id) or _Nothing()


def _render(release: Release, name: str, until: int, tracks: Tracks | None) -> Rendered:
    prefix, storage = release.prefix, outputs()

    def address_of(key: str) -> Address:
        """Return a chunk's address in a playlist: on disk a relative one, where the media app maps
        addresses to ranges; in a bucket, which maps nothing, a signed and absolute one."""
        signed = storage.signed_url(key, until=until)
        return Address(signed) if signed else Address(key.removeprefix(prefix), mapped=True)

    beside = _beside(release, tracks) if tracks else playlists.NOTHING
    text = playlists.render(release, name, address_of=address_of, beside=beside)
    return Rendered(gzip.compress(text.encode(), _GZIP_LEVEL, mtime=0), release.is_complete)


def _beside(release: Release, tracks: Tracks) -> playlists.Beside:
    return playlists.Beside(
        selectors.listed(tracks.video_id, tracks.base),
        selectors.sounds(tracks.video_id, release.pk),
    )
