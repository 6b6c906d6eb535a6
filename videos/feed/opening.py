"""Open a feed: who listens, to what, and from where on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError

from videos.events import cursors, messages
from videos.feed import closes, hearing, hub, listeners, reading
from videos.feed.asking import Query
from videos.feed.closes import Ended
from videos.feed.hearing import Hearing, Wish
from videos.feed.hub import CANCEL_AGAIN_SECONDS, Hub
from videos.feed.listeners import Listener
from videos.feed.parcels import Line, Parcel
from videos.feed.pump import threads
from videos.feed.review import NOT_EVERYTHING
from videos.feed.streams import Stream

_feeds = listeners.Feeds()

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Granted:
    """What a user may follow of what they asked for, and what is told of the rest."""

    wish: Wish
    hearing: Hearing
    refused: tuple[Line, ...]


@asynccontextmanager
async def feed(scope: Any, asked: Query, *, stays: bool) -> AsyncIterator[tuple[Stream, Hub]]:
    """Open a feed, and close it however it ends. Raises ``Ended``."""
    try:
        listener = await threads.run(listeners.identify, scope)
    except DatabaseError as error:
        raise _without_database(error) from error
    _feeds.add(listener.user.pk)
    try:
        async with _joined(listener, asked, stays=stays) as opened:
            yield opened
    finally:
        _feeds.remove(listener.user.pk)


@asynccontextmanager
async def _joined(
    listener: Listener, asked: Query, *, stays: bool
) -> AsyncIterator[tuple[Stream, Hub]]:
    here = hub.here()
    try:
        position, granted = await threads.run(_beginning, listener, asked)
        if granted.refused and not stays:
            raise Ended(closes.NOT_FOUND)
        stream = Stream(listener, granted.wish, granted.hearing, position, stays=stays)
        await here.join(stream)
    except cursors.BadCursor as error:
        raise Ended(closes.BAD_CURSOR) from error
    except cursors.CursorExpired as error:
        raise Ended(closes.EXPIRED_CURSOR, cursor=error.cursor) from error
    except ObjectDoesNotExist as error:
        raise Ended(closes.NOT_AUTHENTICATED) from error  # the user was deleted just now
    except DatabaseError as error:
        raise _without_database(error) from error
    try:
        stream.say(*granted.refused)
        await _review(stream, here)
        yield stream, here
    finally:
        await here.leave(stream)


async def _review(stream: Stream, here: Hub) -> None:
    """Check a feed's rights again, which may have changed since they were read."""
    try:
        await here.review(stream)
    except DatabaseError as error:
        raise _without_database(error) from error


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """Cancel the tasks of a feed and wait for their ends."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)


def hello(stream: Stream) -> Parcel:
    """Return the first message of a feed."""
    line = Line({"type": "hello", "cursor": cursors.encode(stream.position)}, stream.position)
    return Parcel([line])


def endings(ended: Ended) -> list[Line]:
    """Return what is said before a feed ends."""
    if ended.cursor is None:
        return []
    return [Line(messages.expired(ended.cursor), cursors.decode(ended.cursor))]


def grant(listener: Listener, wish: Wish) -> Granted:
    """Return what a user may follow of what they asked for. Reads the database."""
    user = type(listener.user).objects.get(pk=listener.user.pk)  # its rights are read anew
    user.scopes = listener.user.scopes
    heard = hearing.of(user, wish)
    refused = [NOT_EVERYTHING] if wish.everything and not heard.everything else []
    if unknown := wish.videos - heard.whole - heard.public:
        refused.append(_not_found(sorted(str(one) for one in unknown)))
    wish = replace(wish.without(unknown), everything=heard.everything)
    return Granted(wish, heard, tuple(refused))


def _beginning(listener: Listener, asked: Query) -> tuple[int, Granted]:
    return reading.start(asked.since), grant(listener, asked.wish)


def _not_found(videos: list[str]) -> Line:
    return Line(
        {
            "type": "error",
            "code": "not_found",
            "message": closes.REASONS[closes.NOT_FOUND],
            "videos": videos,
        }
    )


def _without_database(error: DatabaseError) -> Ended:
    logger.warning("feed_without_database", reason=type(error).__name__)
    return Ended(closes.TRY_AGAIN)
