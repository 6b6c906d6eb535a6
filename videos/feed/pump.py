"""Send to one client what waits for it, and serve it from the log while it is behind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from django.db import DatabaseError

from videos.database_threads import DatabaseThreads
from videos.events import log
from videos.events.cursors import CursorExpired
from videos.feed import parcels, reading
from videos.feed.closes import EXPIRED_CURSOR, Ended
from videos.feed.hearing import Hearing
from videos.feed.hub import Hub
from videos.feed.parcels import Told
from videos.feed.streams import Say, Stream

BATCH = 200
RETRY_SECONDS = 2.0

# Feeds read the rows only when they are behind, so many of them share few connections.
threads = DatabaseThreads("feed", size=4, waiting=10_000, queue_seconds=30, run_seconds=15)

logger = structlog.get_logger(__name__)


async def pump(stream: Stream, hub: Hub, say: Say) -> None:
    """Send what a feed hears, for ever. One task does all the sending, so that no message overtakes
    another."""
    while True:
        if stream.is_behind:
            await _catch_up(stream, hub, say)
        await stream.news.wait()
        stream.news.clear()
        if not stream.is_behind:
            await stream.tell(stream.take(hub.position), say)


async def _catch_up(stream: Stream, hub: Hub, say: Say) -> None:
    """Read from the log what was missed. What happens from now on waits meanwhile, so nothing is
    missed or told twice where the two meet. Raises ``Ended`` if it is not kept any more."""
    stream.is_behind = False
    until = hub.position
    try:
        await hub.review(stream)
        while stream.position < until:
            told = await _read(stream, until)
            if found := parcels.shared(stream.hearing, told, live=False):
                await stream.tell(parcels.joined([found]), say)
            stream.position = told[-1].position if len(told) == BATCH else until
    except CursorExpired as missed:
        raise Ended(EXPIRED_CURSOR, cursor=missed.cursor) from missed
    except DatabaseError as error:
        logger.warning("feed_without_database", reason=type(error).__name__)
        stream.fall_behind()
        await asyncio.sleep(RETRY_SECONDS)
    stream.news.set()


async def _read(stream: Stream, until: int) -> Sequence[Told]:
    return await threads.run(_all_heard, stream.hearing, after=stream.position, until=until)


def _all_heard(hearing: Hearing, *, after: int, until: int) -> Sequence[Told]:
    found = reading.heard(hearing, after=after, until=until, limit=BATCH)
    log.require_kept(after)
    return found
