"""One open feed: what waits for its client. It holds no more than a bounded number of events: a
client that falls behind costs a position in the log, from which it is served again later."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from typing import Any
from uuid import UUID

from videos.feed.closes import NOT_FOUND, TOO_SLOW, Ended
from videos.feed.hearing import NOTHING, Hearing, Wish
from videos.feed.listeners import Listener
from videos.feed.parcels import Line, Parcel, Ping, gone, joined
from videos.feed.ticks import Tick

PING_SECONDS = 25.0
SEND_SECONDS = 30.0
MOST_WAITING = 500
"""The most events that wait for one client; then it reads them from the log by itself."""
MOST_WORDS = 100
"""The most answers that wait for one client, which has sent too many messages otherwise."""

Say = Callable[[Parcel], Awaitable[None]]


class Stream:
    """The state of one feed. ``position`` is how far its client has been told. ``answered`` is the
    number of the question about its rights that ``hearing`` is the answer to: one that was asked
    earlier counts no more. A feed that does not stay ends when nothing is left to follow."""

    def __init__(
        self, listener: Listener, wish: Wish, hearing: Hearing, position: int, *, stays: bool = True
    ) -> None:
        self.listener = listener
        self.wish = wish
        self.hearing = hearing
        self.position = position
        self.is_behind = False
        self.answered = 0
        self.news = asyncio.Event()
        self.stays = stays
        self._events: deque[Parcel] = deque()
        self._waiting = 0
        self._ticks: dict[UUID, Tick] = {}
        self._words: deque[Parcel] = deque()
        self._pings = False
        self._end: Ended | None = None
        self._task: asyncio.Task[Any] | None = None
        self._sending_since: float | None = None
        self._told = time.monotonic()

    @property
    def of_staff(self) -> bool:
        """Whether it rests on rights over what belongs to others."""
        return bool(self.hearing.rights)

    def offer(self, parcel: Parcel) -> frozenset[Any]:
        """Take events that were read for all, and return the videos that are gone for this client.
        Those that do not fit are read again later."""
        if self.is_behind:
            self.say(*map(gone, parcel.gone))
            return parcel.gone
        first = parcel.lines[0].position
        if first is not None and first <= self.position:
            parcel = Parcel([one for one in parcel.lines if (one.position or 0) > self.position])
        self._waiting += len(parcel.lines)
        if self._waiting > MOST_WAITING:
            self.fall_behind()
            self.say(*map(gone, parcel.gone))
        elif parcel.lines:
            self._events.append(parcel)
        self.news.set()
        return parcel.gone

    def fall_behind(self) -> None:
        """Drop the events that wait: all past ``position`` are to be read again. Which videos are
        gone is told anyway, since the rows of these are read no more."""
        self.say(*(gone(one) for parcel in self._events for one in parcel.gone))
        self._events.clear()
        self._waiting = 0
        self.is_behind = True

    def offer_tick(self, tick: Tick) -> None:
        """Take a tick; a newer one of the same video takes its place."""
        self._ticks[tick.video_id] = tick
        self.news.set()

    def say(self, *lines: Line) -> None:
        """Take answers to the client, which come before the events that wait."""
        self._words.extend(Parcel([line]) for line in lines)
        if len(self._words) > MOST_WORDS:
            self.end(TOO_SLOW)
        self.news.set()

    def ping(self) -> None:
        """Tell the client soon that the feed is alive."""
        self._pings = True
        self.news.set()

    def forget(self, videos: Collection[UUID]) -> None:
        """Drop the ticks of videos that are not followed any more."""
        for video_id in videos:
            self._ticks.pop(video_id, None)

    def end(self, code: int, *, cursor: str | None = None) -> None:
        """End the feed with a code, whatever it waits for; ``cursor`` is as in ``Ended``."""
        if self._end is None:
            self._end = Ended(code, cursor=cursor)
            if self._task is not None:
                self._task.cancel()

    def is_stuck(self, now: float) -> bool:
        """Return whether the client has not taken what is being sent for too long."""
        return self._sending_since is not None and now - self._sending_since > SEND_SECONDS

    def is_silent(self, now: float) -> bool:
        """Return whether nothing was sent for so long that the client may think it dead."""
        return self._sending_since is None and now - self._told > PING_SECONDS

    def take(self, position: int) -> list[Parcel]:
        """Return what waits, in order. ``position`` is how far all events have been read; a feed
        that is not behind has heard everything up to it afterwards."""
        self.position = max(position, self.position)
        parcels = [*self._words, *joined(self._events)]
        parcels += [tick.parcel for tick in self._ticks.values()]
        if self._pings and not parcels:
            parcels.append(Ping(self.position))
        self._pings = False
        self._words.clear()
        self._events.clear()
        self._ticks.clear()
        self._waiting = 0
        return parcels

    async def run(self, pump: Coroutine[Any, Any, None]) -> None:
        """Send until the feed is ended, which raises ``Ended``."""
        self._task = asyncio.current_task()
        try:
            self._check()
            await pump
        except asyncio.CancelledError:
            self._check()
            raise
        finally:
            pump.close()
            self._task = None

    async def tell(self, parcels: Iterable[Parcel], say: Say) -> None:
        """Send parcels. Raises ``Ended`` if nothing is left to follow."""
        for parcel in parcels:
            self._sending_since = self._told = time.monotonic()
            await say(parcel)
            self._sending_since = None
        if not self.stays and self.wish == NOTHING:
            raise Ended(NOT_FOUND)

    def _check(self) -> None:
        if self._end is not None:
            raise self._end
