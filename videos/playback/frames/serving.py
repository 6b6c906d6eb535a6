"""Answer requests for pictures by URL: ``thumbnail``, ``animated`` and ``storyboard``, each with
the suffix of its format."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import structlog
from anyio import to_thread
from django.conf import settings
from django.db import DatabaseError

from accounts import throttling
from processing.ffmpeg.errors import MediaError
from processing.mp4.box import MalformedBoxes
from videos import database_threads, keys
from videos.playback.frames import cache, jobs, making, parameters, refusals, rows, sweeping
from videos.playback.frames.cache import Cached
from videos.playback.frames.jobs import Job
from videos.playback.frames.pieces import PieceTooLarge
from videos.playback.frames.rows import Shown
from videos.playback.sharing import Shared
from videos.storage import ObjectMissing

logger = structlog.get_logger(__name__)

Query = list[tuple[str, str]]
_STILLS = frozenset({"thumbnail.jpg", "thumbnail.png", "thumbnail.webp"})
_MOVING = frozenset({"animated.gif", "animated.webp"})
STORYBOARDS = frozenset(f"storyboard.{suffix}" for suffix in ("vtt", "json", "jpg", "webp"))
_KNOWN_SECONDS = 2.0
_RELEASES = 10_000
# A sweep after so long, or after pictures that fill such a share of the cache.
_SWEEP_SECONDS, _SWEEP_SHARE = 300.0, 0.05
_threads = database_threads.DatabaseThreads(
    "pictures", size=2, waiting=1000, queue_seconds=5, run_seconds=10
)
_sweeper = database_threads.DatabaseThreads(
    "sweeper", size=1, waiting=0, queue_seconds=5, run_seconds=300
)
_FAULTS = (MediaError, MalformedBoxes, PieceTooLarge, ObjectMissing, cache.CacheBusy, OSError)


@dataclass(frozen=True)
class Served:
    """A picture, and whether the same address will always answer with the same one."""

    picture: Cached
    stays: bool


def is_known(name: str) -> bool:
    """Whether a name is that of a picture that every release may have."""
    return name in _STILLS or name in _MOVING or name in STORYBOARDS


class Frames:
    """Makes and keeps pictures; for one event loop."""

    def __init__(self) -> None:
        self._shown: Shared[UUID, Shown | _Nothing] = Shared(
            seconds=_KNOWN_SECONDS, most=_RELEASES, weigh=lambda _: 1
        )
        # Only so that simultaneous requests share one making.
        self._made: Shared[tuple[UUID, str], Cached] = Shared(
            seconds=0, most=_RELEASES, weigh=lambda _: 1
        )
        self._stills = making.Makers("stills", size=2, waiting=64, queue_seconds=10)
        self._moving = making.Makers("moving", size=1, waiting=8, queue_seconds=20)
        self._swept, self._added = time.monotonic(), 0
        self._sweeping: asyncio.Task[None] | None = None

    async def serve(self, release_id: UUID, name: str, query: Query) -> Served:
        """Return a picture's file. Raises ``PictureRefused``, and ``DatabaseError`` or
        ``StorageUnavailable`` if one of them does not answer."""
        wanted = parameters.still(query) if name in _STILLS else parameters.moving(query)
        shown = await self._shown.get(release_id, partial(_threads.run, _look_up, release_id))
        if isinstance(shown, _Nothing):
            raise refusals.no_frames()
        suffix = Path(name).suffix
        if isinstance(wanted, parameters.Still):
            job, makers = jobs.still(shown, wanted, suffix), self._stills
        else:
            job, makers = jobs.moving(shown, wanted, suffix), self._moving
        picture = await to_thread.run_sync(cache.find, release_id, job.name)
        if picture is None:
            make = partial(self._make, release_id, job, makers)
            picture = await self._made.get((release_id, job.name), make)
        return Served(picture, job.stays)

    async def storyboard(self, release_id: UUID, name: str, query: Query) -> str:
        """Return the address of a storyboard's file, relative to that of its release. Raises like
        ``serve``."""
        parameters.nothing(query)
        key = await _threads.run(rows.storyboard, release_id, Path(name).suffix)
        if key is None:
            raise refusals.no_storyboard()
        return keys.within_release(release_id, key)

    async def _make(self, release_id: UUID, job: Job, makers: making.Makers) -> Cached:
        used = await to_thread.run_sync(throttling.of_pictures, release_id)
        if used is not None and used.is_over:
            raise refusals.throttled(used.seconds)
        fill = await _threads.run(job.plan)
        try:
            made = await makers.run(partial(cache.make, release_id, job.name, fill))
        except _FAULTS as error:
            logger.warning("picture_failed", reason=type(error).__name__)
            raise refusals.failed() from error
        self._added += made.about.st_size
        many = self._added > settings.PICTURE_CACHE_BYTES * _SWEEP_SHARE
        if many or time.monotonic() - self._swept > _SWEEP_SECONDS:
            self._swept, self._added = time.monotonic(), 0
            self._sweeping = asyncio.create_task(_sweep())
        return made


async def _sweep() -> None:
    """Sweep the cache, while nobody waits for it."""
    try:
        await _sweeper.run(sweeping.sweep)
    except (DatabaseError, OSError) as error:
        logger.warning("pictures_not_swept", reason=type(error).__name__)


class _Nothing:
    """Marks a release of which nothing can be seen; this is worth caching too."""


def _look_up(release_id: UUID) -> Shown | _Nothing:
    return rows.shown(release_id) or _Nothing()
