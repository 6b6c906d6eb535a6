"""Check whether an issued address is still valid. The rows are read every few seconds for each
release, so that hiding or deleting a video closes all its addresses.

While the database does not answer, a video that was watched just before plays on for some minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from uuid import UUID

from django.db import DatabaseError

from videos import access, keys
from videos.database_threads import DatabaseThreads
from videos.models import Image, Release, Video
from videos.playback.sharing import Shared

CACHED_SECONDS = 2.0
"""How long an answer counts: an address closes within this time plus that of one look-up."""
OUTAGE_SECONDS = 600.0
LATELY_SECONDS = 60.0
"""While the database is silent, a standing that was read at most this long before the silence began
counts, for up to ``OUTAGE_SECONDS``."""
PATIENCE_SECONDS = 3.0
_SILENT_PATIENCE_SECONDS = 0.1
_REFUSAL_SECONDS = 0.1
"""The shortest time between two looks at a release whose addresses are refused."""
_RELEASES = 10_000
_now = time.monotonic

_threads = DatabaseThreads("gate", size=2, waiting=1000, queue_seconds=5, run_seconds=5)


class Audience(IntEnum):
    """The viewers that an address was issued for."""

    HELD = 0
    """Those who may see the video whether or not it is open; valid until the video is deleted."""
    OPEN = 1
    """Everybody; valid as long as the video is open to everybody."""


@dataclass(frozen=True)
class Standing:
    """Whether the video of a release or of a poster, a video, or an image, is deleted or open to
    everybody; and its title, or the name of an original. ``folder`` is where its files lie."""

    is_deleted: bool
    is_open: bool
    title: str = ""
    folder: str = keys.RELEASES
    original_key: str = ""
    """Set if the id is that of an original."""
    tracks_revision: int | None = None
    """Set if the id is that of a video: its files are the texts of its tracks."""
    generation: int = 0
    """How often the addresses have been replaced."""

    def admits(self, audience: Audience, generation: int = 0) -> bool:
        """Return whether addresses for this audience are valid that were issued in this
        generation."""
        is_current = generation == self.generation and not self.is_deleted
        return is_current and (self.is_open or audience is Audience.HELD)


GONE = Standing(is_deleted=True, is_open=False)


@dataclass(frozen=True)
class _Known:
    at: float
    standing: Standing


class Gate:
    """Knows the standing of the videos of releases; for one event loop."""

    def __init__(self, seconds: float = CACHED_SECONDS) -> None:
        self._seconds = seconds
        self._known: OrderedDict[UUID, _Known] = OrderedDict()
        self._silent_since: float | None = None
        # Only so that simultaneous requests share one query.
        self._looks: Shared[UUID, Standing] = Shared(seconds=0, most=_RELEASES, weigh=lambda _: 1)

    async def admits(self, release_id: UUID, audience: Audience, generation: int = 0) -> bool:
        """Return whether an address of a release is valid. Raises like ``admitted``."""
        return await self.admitted(release_id, audience, generation) is not None

    async def admitted(
        self, release_id: UUID, audience: Audience, generation: int = 0
    ) -> Standing | None:
        """Return the standing of a release's video if an address of it is valid. Raises Django's
        ``DatabaseError`` if that cannot be determined.

        Nothing is refused by what was read before it was asked for: an address is good from the
        moment at which it is given out, as when the others were replaced or the video was opened.
        """
        asked = _now()
        standing = await self._standing(release_id, since=asked - self._seconds)
        if not standing.admits(audience, generation):
            known = self._known.get(release_id)
            if known is not None and known.at < asked:
                await asyncio.sleep(known.at + _REFUSAL_SECONDS - _now())
                standing = await self._standing(release_id, since=asked)
        return standing if standing.admits(audience, generation) else None

    async def _standing(self, release_id: UUID, *, since: float) -> Standing:
        """Return the standing as it was read at a time or later."""
        known = self._known.get(release_id)
        if known is not None and known.at > since:
            return known.standing
        look = asyncio.create_task(self._look(release_id))
        look.add_done_callback(_retrieve)
        if known is None or not self._may_stand_in(known):
            return await look
        silent = self._silent_since is not None
        await asyncio.wait({look}, timeout=_SILENT_PATIENCE_SECONDS if silent else PATIENCE_SECONDS)
        if look.done() and not isinstance(look.exception(), DatabaseError):
            return look.result()
        return known.standing

    async def _look(self, release_id: UUID) -> Standing:
        asked = _now()
        try:
            standing = await self._looks.get(release_id, partial(_threads.run, look_up, release_id))
        except DatabaseError:
            if self._silent_since is None:
                self._silent_since = asked
            raise
        self._silent_since = None
        self._known[release_id] = _Known(asked, standing)
        self._known.move_to_end(release_id)
        while len(self._known) > _RELEASES:
            self._known.popitem(last=False)
        return standing

    def _may_stand_in(self, known: _Known) -> bool:
        """Return whether the known standing may be used while the database does not answer."""
        now = _now()
        began = now if self._silent_since is None else self._silent_since
        return known.at >= began - LATELY_SECONDS and now - began < OUTAGE_SECONDS


def look_up(release_id: UUID) -> Standing:
    """Return the standing of a release's videos, or of the owner's poster, the video, the image or
    the image's original of this id; ``GONE`` if there is none.

    Duplicates share a release. It is deleted when all of them are, and open while one is.
    """
    rows = Video.objects.only("title", "visibility", "moderation", "deleted_at")
    made = Release.objects.filter(pk=release_id).values_list("playback_generation", flat=True)
    # By the run that made the release, so that it is found even after another release replaced it.
    videos = [*rows.filter(runs=release_id), *rows.filter(release=release_id)]
    if not videos:
        return _of_poster(release_id) or _of_tracks(release_id) or _of_image(release_id)
    is_open = {video.pk: access.is_open(video) for video in videos}
    named = max(videos, key=lambda video: (is_open[video.pk], video.deleted_at is None))
    return Standing(
        is_deleted=all(video.deleted_at is not None for video in videos),
        is_open=any(is_open.values()),
        title=named.title,
        generation=made.first() or 0,
    )


def _of_poster(poster_id: UUID) -> Standing | None:
    video = Video.objects.filter(own_poster=poster_id).first()
    if video is None:
        return None
    return Standing(
        is_deleted=video.deleted_at is not None,
        is_open=access.is_open(video),
        title=video.title,
        folder=keys.POSTERS,
        generation=video.playback_generation,
    )


def _of_tracks(video_id: UUID) -> Standing | None:
    video = Video.objects.filter(pk=video_id).first()
    if video is None:
        return None
    return Standing(
        is_deleted=video.deleted_at is not None,
        is_open=access.is_open(video),
        title=video.title,
        tracks_revision=video.tracks_revision,
        generation=video.playback_generation,
    )


def _of_image(image_id: UUID) -> Standing:
    """Return the standing of an image, by its id or that of its original. No image is open:
    whoever has an address got it from those who may see the image."""
    images = Image.objects.select_related("source")
    image = images.filter(pk=image_id).first() or images.filter(source=image_id).first()
    if image is None:
        return GONE
    is_original = image.source_id == image_id
    return Standing(
        is_deleted=image.deleted_at is not None,
        is_open=False,
        title=image.source.filename if is_original else image.title,
        folder=keys.IMAGES,
        original_key=image.source.key if is_original else "",
    )


def _retrieve(look: asyncio.Task[Standing]) -> None:
    """Retrieve the exception, since nobody may be left to await it."""
    if not look.cancelled():
        look.exception()
