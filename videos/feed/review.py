"""Check again who may hear what: at once when rights change, and now and then anyway."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Protocol
from uuid import UUID

import structlog
from django.db import DatabaseError

from accounts.models import User
from videos.database_threads import DatabaseThreads
from videos.feed import hearing, parcels, standing
from videos.feed.audience import Audience
from videos.feed.closes import NOT_AUTHENTICATED
from videos.feed.hearing import Hearing, Wish
from videos.feed.listeners import Listener
from videos.feed.parcels import Line, Parcel
from videos.feed.streams import Stream

CHECK_SECONDS = 3.0
"""The time within which a revoked key or a log-out ends a feed even if nobody could announce
it."""
LATELY_SECONDS = 1.0
"""How old the last check may be when something is told."""
REVIEW_SECONDS = 15.0
"""The same time for what is followed of others."""

logger = structlog.get_logger(__name__)


class Served(Protocol):
    """The hub, as a reviewer needs it."""

    audience: Audience

    def change(self, stream: Stream, wish: Wish, hearing: Hearing) -> None:
        """Serve a feed something else from now on."""


class Reviewer:
    """Ends the feeds of users who are not in any more, and narrows those that may hear less."""

    def __init__(self, hub: Served, threads: DatabaseThreads) -> None:
        self._hub = hub
        self._threads = threads
        self._checked = time.monotonic()
        self._questions = itertools.count(1)

    def question(self) -> int:
        """Return the number of a question about somebody's rights, larger than those of all that
        were asked before. Take it before the rights are read: see ``Stream.answered``."""
        return next(self._questions)

    def seconds_left(self) -> float:
        """Return how long until the next check is due."""
        return self._checked + CHECK_SECONDS - time.monotonic()

    async def check_now_and_then(self) -> None:
        """Check all feeds if that is due."""
        if self.seconds_left() <= 0:
            await self._check_all()

    async def check_lately(self) -> None:
        """Check all feeds unless that was done within a second."""
        if time.monotonic() - self._checked >= LATELY_SECONDS:
            await self._check_all()

    async def review_users(self, users: Iterable[UUID | None]) -> None:
        """Check the feeds of these users. None stands for users that are not known, whose rights
        as staff have changed."""
        if not (known := set(users)):
            return
        every = None in known
        found = [one for one in self._hub.audience if every or one.hearing.user_id in known]
        await self._check(found)
        await self.review([one for one in found if one.hearing.user_id in known or one.of_staff])

    async def review_now_and_then(self) -> None:
        """Check again what all feeds may hear, for ever, in case a change was not announced."""
        while True:
            await asyncio.sleep(REVIEW_SECONDS)
            try:
                await self.review([*self._hub.audience])
            except DatabaseError as error:
                logger.warning("feed_without_database", reason=type(error).__name__)
            except Exception:
                logger.exception("feed_review_failed")

    async def review(self, streams: Collection[Stream]) -> None:
        """Check again what these feeds may hear of what belongs to others; once more for those that
        followed something else by the time of the answer."""
        asking: defaultdict[tuple[Listener, Wish], list[Stream]] = defaultdict(list)
        for stream in streams:
            if stream.wish.is_of_others:
                asking[stream.listener, stream.wish].append(stream)
        again: list[Stream] = []
        for (listener, wish), theirs in asking.items():
            question = self.question()
            now = await self._threads.run(_hearing_now, listener, wish)
            again += (stream for stream in theirs if stream.wish != wish)
            for stream in theirs:
                if stream.wish == wish:
                    self._answer(stream, question, now)
        if again:
            await self.review(again)

    async def _check_all(self) -> None:
        self._checked = time.monotonic()
        try:
            await self._check([*self._hub.audience])
        except DatabaseError as error:
            logger.warning("feed_without_database", reason=type(error).__name__)

    async def _check(self, streams: Collection[Stream]) -> None:
        if not streams:
            return
        over = await self._threads.run(standing.ended, {one.listener for one in streams})
        for stream in streams:
            if stream.listener in over:
                stream.end(NOT_AUTHENTICATED)

    def _answer(self, stream: Stream, question: int, now: Hearing) -> None:
        """Have a feed hear what an answer allows, unless a question that was asked later was
        answered before."""
        if question < stream.answered:
            return
        stream.answered = question
        if now != stream.hearing:
            self._narrow(stream, now)

    def _narrow(self, stream: Stream, now: Hearing) -> None:
        before = stream.hearing
        gone = (before.whole | before.public) - (now.whole | now.public)
        wish = stream.wish.without(gone)
        if before.everything and not now.everything:
            wish = replace(wish, everything=False)
            stream.say(NOT_EVERYTHING)
        self._hub.change(stream, wish, now)
        stream.forget(gone)
        if gone:
            stream.offer(Parcel([parcels.gone(one) for one in gone]))


def _hearing_now(listener: Listener, wish: Wish) -> Hearing:
    user = User.objects.filter(pk=listener.user.pk, is_active=True).first()
    if user is None:
        return Hearing(listener.user.pk)
    user.scopes = listener.user.scopes
    return hearing.of(user, wish)


NOT_EVERYTHING = Line(
    {
        "type": "error",
        "code": "not_permitted",
        "message": "Only staff who may view all videos can follow everything.",
    }
)
