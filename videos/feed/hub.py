"""The one reader of the event log in an event loop: it reads new rows once, and hands them to all
open feeds.

It is woken by announcements over Redis, and looks every few seconds anyway. Feeds that fall behind
read the rows by themselves (``pump``).
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from django.db import DatabaseError

from videos.database_threads import DatabaseThreads
from videos.events import announce, cursors, log
from videos.feed import parcels, wakeups
from videos.feed.audience import Audience, Group
from videos.feed.closes import EXPIRED_CURSOR, STOPPING, TOO_SLOW
from videos.feed.hearing import Hearing, Wish
from videos.feed.parcels import Told
from videos.feed.review import Reviewer
from videos.feed.streams import Stream
from videos.feed.ticks import Tick, Ticks

LOOK_SECONDS = 2.0
"""The longest time between two reads of the rows, whatever Redis says."""
TEND_SECONDS = 1.0
CANCEL_AGAIN_SECONDS = 0.25
BATCH = 500
PAUSE_SECONDS_A_FEED = 50e-6
"""How long the hub waits for further events after it has served a feed, so that many feeds get
several events in a frame."""
LONGEST_PAUSE_SECONDS = 0.1

logger = structlog.get_logger(__name__)

_threads = DatabaseThreads("feed-hub", size=2, waiting=100, queue_seconds=30, run_seconds=15)
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def here() -> Hub:
    """Return the hub of the running event loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


class Hub:
    """Serves the feeds of an event loop. ``position`` is how far the rows were read."""

    def __init__(self) -> None:
        self.position = 0
        self.audience = Audience()
        self._reviewer = Reviewer(self, _threads)
        self._ticks = Ticks()
        self._doubted: set[UUID | None] = set()
        self._said = asyncio.Event()
        self._starting = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, stream: Stream) -> None:
        """Serve a feed from its position on; it is behind if that was read before. Raises
        ``DatabaseError``."""
        async with self._starting:
            if not self._tasks:
                self.position = await _threads.run(log.newest)
                work = (
                    wakeups.listen(self._note),
                    self._work(),
                    self._tend(),
                    self._reviewer.review_now_and_then(),
                )
                self._tasks = [asyncio.create_task(one) for one in work]
            self.audience.add(stream)
        stream.is_behind = stream.position < self.position

    async def leave(self, stream: Stream) -> None:
        """Serve a feed no more. After the last one nothing is read until the next comes."""
        self.audience.remove(stream)
        if not self.audience:
            left, self._tasks = set(self._tasks), []
            while left:
                for task in left:
                    task.cancel()
                # Python 3.11's wait_for, which the Redis client uses, may lose a cancellation.
                _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)

    def change(self, stream: Stream, wish: Wish, hearing: Hearing) -> None:
        """Serve a feed something else from now on, unless it has left."""
        if stream not in self.audience:
            return
        self.audience.remove(stream)
        stream.wish, stream.hearing = wish, hearing
        self.audience.add(stream)

    def question(self) -> int:
        """Return the number of a question about somebody's rights, to be taken before they are
        read for ``grant``."""
        return self._reviewer.question()

    def grant(self, stream: Stream, question: int, wish: Wish, hearing: Hearing) -> bool:
        """Serve a feed something else, unless its rights were read later for another question;
        return whether that was done."""
        if question < stream.answered:
            return False
        stream.answered = question
        self.change(stream, wish, hearing)
        return True

    def stop(self) -> None:
        """End all event streams, whose clients connect again elsewhere; the server itself closes
        sockets."""
        for stream in self.audience:
            if not stream.stays:
                stream.end(STOPPING)

    async def review(self, stream: Stream) -> None:
        """Check again what a feed may hear."""
        await self._reviewer.review([stream])

    def _note(self, message: dict[str, Any]) -> None:
        if message["type"] == announce.PROGRESS:
            self._ticks.note(message)
        elif message["type"] == announce.RIGHTS:
            self._doubted.add(UUID(message["user"]) if message["user"] else None)
        self._said.set()

    async def _work(self) -> None:
        while True:
            self._said.clear()
            try:
                await self._review_doubted()
                await self._reviewer.check_now_and_then()
                await self._read_on()
                await self._tell_ticks()
            except DatabaseError as error:
                # The next look may find it back; no client loses anything in the meantime.
                logger.warning("feed_without_database", reason=type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)
            except Exception:
                logger.exception("feed_hub_failed")
                await asyncio.sleep(LOOK_SECONDS)
            await self._wait()

    async def _wait(self) -> None:
        """Return when something was announced, or something is due."""
        waits = [LOOK_SECONDS, self._reviewer.seconds_left()]
        if (left := self._ticks.seconds_left(time.monotonic())) is not None:
            waits.append(left)
        # Not wait_for: in Python 3.11 it loses a cancellation that arrives together with news.
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(waits))):
                await self._said.wait()

    async def _read_on(self) -> None:
        events: list[Told] | None = None
        while events is None or len(events) == BATCH:
            try:
                events = await _threads.run(_events_after, self.position)
            except cursors.CursorExpired as missed:
                self._skip(missed)
                continue
            if events:
                await self._reviewer.check_lately()
                await asyncio.sleep(self._hand_over(events))

    def _skip(self, missed: cursors.CursorExpired) -> None:
        """Go on behind events that were deleted before they were read, and end all feeds that they
        are missing from."""
        self.position = cursors.decode(missed.cursor)
        logger.warning("feed_missed_events", until=self.position)
        for stream in self.audience:
            if stream.position < self.position:
                stream.end(EXPIRED_CURSOR, cursor=missed.cursor)

    def _hand_over(self, events: list[Told]) -> float:
        """Hand events to the feeds; return for how long others may join the next ones."""
        concerned: defaultdict[Group, list[Told]] = defaultdict(list)
        for one in events:
            about = one.happened
            for group in self.audience.concerned(about.owner_id, about.video_id):
                concerned[group].append(one)
        self.position = events[-1].position
        served = sum(self._serve(group, told) for group, told in concerned.items())
        return min(LONGEST_PAUSE_SECONDS, served * PAUSE_SECONDS_A_FEED)

    def _serve(self, group: Group, told: list[Told]) -> int:
        parcel = parcels.shared(group.hearing, told, live=True)
        if parcel is None:
            return 0
        for stream in [*group.streams]:
            if gone := stream.offer(parcel):
                self.change(stream, stream.wish.without(gone), stream.hearing.without(gone))
                stream.forget(gone)
        return len(group.streams)

    async def _tell_ticks(self) -> None:
        if ticks := self._ticks.due(time.monotonic()):
            await self._reviewer.check_lately()
        for tick in ticks:
            for group in self.audience.concerned(tick.owner_id, tick.video_id):
                if _hears(group.hearing, tick):
                    for stream in group.streams:
                        stream.offer_tick(tick)

    async def _tend(self) -> None:
        """Tell silent clients that their feed is alive, and end those that do not read."""
        while True:
            await asyncio.sleep(TEND_SECONDS)
            now = time.monotonic()
            for stream in self.audience:
                if stream.is_stuck(now):
                    stream.end(TOO_SLOW)
                elif stream.is_silent(now):
                    stream.ping()

    async def _review_doubted(self) -> None:
        doubted, self._doubted = self._doubted, set()
        try:
            await self._reviewer.review_users(doubted)
        except BaseException:
            self._doubted |= doubted
            raise


def _hears(hearing: Hearing, tick: Tick) -> bool:
    return hearing.hears_progress(tick.owner_id, tick.video_id, approved=tick.approved)


def _events_after(position: int) -> list[Told]:
    return [Told(event) for event in log.after(position, limit=BATCH)]
