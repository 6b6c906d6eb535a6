"""``/ws/feed/``: one user's events, in order and without gaps, and the progress of their jobs.

``closes`` lists the codes with which the feed closes, and a sentence for each.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, cast
from urllib.parse import parse_qs
from uuid import UUID

import structlog
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError

from videos.database_threads import DatabaseThreads
from videos.events import closes, cursors, earlier, listeners, log, wakeups
from videos.events.messages import Hello, Ping, message_of
from videos.models import Event

PATH = "/ws/feed/"

LOOK_SECONDS = 5.0
"""The longest time between two reads of the rows, whatever Redis says."""
CHECK_SECONDS = 3.0
"""The time within which a revoked key or a logout ends the feed. The feed also ends before it sends
anything that comes a second or more after the revocation."""
_CHECKED_LATELY_SECONDS = 1.0
PING_SECONDS = 25.0
SEND_SECONDS = 30.0
CANCEL_AGAIN_SECONDS = 1.0
_BATCH = 200

# Feeds read the rows only now and then, so many of them share few connections.
_threads = DatabaseThreads("feed", size=4, waiting=10_000, queue_seconds=30, run_seconds=15)
_sockets = listeners.Sockets()

logger = structlog.get_logger(__name__)


class FeedConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A WebSocket that only sends; it ignores what the client says.

    One task does all the sending, so that no message overtakes another. It reads the next rows only
    when the client has taken the last ones: a slow client costs a stored position, not a queue.
    """

    # Channels' own subscription would refuse the socket while Redis is away: see wakeups.
    channel_layer_alias: ClassVar[str] = ""
    _listener: listeners.Listener | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket, and take it off the user's count however it ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._listener is not None:
                _sockets.remove(self._user_id)

    async def connect(self) -> None:
        """Identify the user and the first position; a refusal closes the socket with its code."""
        self._tasks: list[asyncio.Task[None]] = []
        await self.accept(listeners.offered(self.scope))
        try:
            listener = await _threads.run(listeners.identify, self.scope)
            _sockets.add(listener.user.pk)
            self._listener = listener
            position = await self._first_position()
        except listeners.NotListening as refusal:
            await self._close(refusal.code)
        except cursors.BadCursor:
            await self._close(closes.BAD_CURSOR)
        except cursors.CursorExpired:
            await self._close(closes.EXPIRED_CURSOR)
        except DatabaseError as error:
            logger.warning("feed_without_database", reason=type(error).__name__)
            await self._close(closes.TRY_AGAIN)
        else:
            news = wakeups.News()
            self._tasks = [
                asyncio.create_task(wakeups.listen(self._user_id, news)),
                asyncio.create_task(self._feed(position, news)),
            ]

    async def receive(self, **message: Any) -> None:
        """Ignore the message: nothing is expected from a client."""

    async def disconnect(self, code: int) -> None:
        """End the tasks of this socket."""
        left = set(self._tasks)
        while left:
            for task in left:
                task.cancel()
            # Python 3.11's wait_for, which the Redis client uses, may lose a cancellation.
            _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_SECONDS)

    @property
    def _user_id(self) -> UUID:
        return cast("listeners.Listener", self._listener).user.pk

    async def _first_position(self) -> int:
        since = parse_qs(self.scope["query_string"].decode("latin-1")).get("since")
        if since:
            return await _threads.run(_behind, since[0])
        return await _threads.run(log.newest)

    async def _feed(self, position: int, news: wakeups.News) -> None:
        try:
            await self._tell(Hello(type="hello", cursor=cursors.encode(position)))
            await self._follow(position, news)
        except TimeoutError:
            await self._hang_up(closes.TOO_SLOW)
        except listeners.NotListening as refusal:
            await self._hang_up(refusal.code)
        except Exception:
            logger.exception("feed_failed")
            await self._hang_up(closes.FAILED)

    async def _follow(self, position: int, news: wakeups.News) -> None:
        self._checked = time.monotonic()
        while True:
            position = await self._tell_events(position)
            if ticks := news.take_ticks():
                await self._check(_CHECKED_LATELY_SECONDS)
            for tick in ticks:
                await self._tell({**earlier.members(tick), "type": "progress"})
            if time.monotonic() - self._told > PING_SECONDS:
                position = await self._ping(position)
            await self._check(CHECK_SECONDS)
            next_check = self._checked + CHECK_SECONDS - time.monotonic()
            await news.wait(min(LOOK_SECONDS, max(next_check, 0.0)))

    async def _tell_events(self, position: int) -> int:
        """Send all events past a position, and return the position reached."""
        while True:
            events = await self._read(position)
            if events:
                await self._check(_CHECKED_LATELY_SECONDS)
            for event in events:
                position = event.position or position
                await self._tell(message_of(event))
            if len(events) < _BATCH:
                return position

    async def _ping(self, position: int) -> int:
        """Show that the feed is alive. The ping's cursor also moves past the events of other users,
        so that the cursor of a client without events of its own for weeks does not expire."""
        with suppress(DatabaseError):
            newest = await _threads.run(log.newest)
            position = max(newest, await self._tell_events(position))
        await self._tell(Ping(type="ping", cursor=cursors.encode(position)))
        return position

    async def _read(self, position: int) -> Sequence[Event]:
        try:
            return await _threads.run(log.after, position, owner_id=self._user_id, limit=_BATCH)
        except DatabaseError as error:
            # The next look may find it back; the client loses nothing in the meantime.
            logger.warning("feed_without_database", reason=type(error).__name__)
            return []

    async def _check(self, seconds: float) -> None:
        """Check that the key or session is still valid, unless that was done within these
        seconds."""
        if time.monotonic() - self._checked < seconds:
            return
        with suppress(DatabaseError):
            if self._listener and not await _threads.run(self._listener.is_still_in):
                raise listeners.NotListening(closes.NOT_AUTHENTICATED)
        self._checked = time.monotonic()

    async def _tell(self, message: Mapping[str, Any]) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self.send_json(message)
        self._told = time.monotonic()

    async def _hang_up(self, code: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._close(code)

    async def _close(self, code: int) -> None:
        await self.close(code, reason=closes.REASONS[code])


def _behind(cursor: str) -> int:
    """Return the position of a cursor; raises ``BadCursor`` or ``CursorExpired``. Reads the
    database."""
    position = cursors.decode(cursor)
    if log.is_ahead(position):
        raise cursors.BadCursor(cursor)
    if log.is_expired(position):
        raise cursors.CursorExpired
    return position
