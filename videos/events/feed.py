"""``/ws/feed/``: one user's events, in order and none missed, and the progress of their runs.

Closes with 4400 for a cursor we did not give out, 4401 for who is not (any longer) logged in,
4403 for a page of somebody else's, 4408 for a client that does not take what it is sent, 4410 for
a cursor behind which events were deleted for their age.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import parse_qs

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import DatabaseError

from videos.events import cursors, listeners, log, wakeups
from videos.models import Event

PATH = "/ws/feed/"
BAD_CURSOR = 4400
EXPIRED_CURSOR = 4410
TOO_SLOW = 4408

LOOK_SECONDS = 5.0
"""The rows are looked at this often, whatever Redis says."""
CHECK_SECONDS = 60.0
"""A revoked key or a logout ends the feed within this."""
PING_SECONDS = 25.0
SEND_SECONDS = 30.0
_BATCH = 200

logger = structlog.get_logger(__name__)


class FeedConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A socket that tells; what the client says is not listened to.

    One task does all the sending, so that nothing overtakes, and reads the next rows only when
    the last ones were taken: a slow client costs a position, not a queue.
    """

    # Channels' own subscription would refuse the socket while Redis is away: see wakeups.
    channel_layer_alias: ClassVar[str] = ""

    async def connect(self) -> None:
        """Find out who listens, and from where on; a refusal is told by its close code."""
        self._tasks: list[asyncio.Task[None]] = []
        await self.accept()
        try:
            self._listener = await database_sync_to_async(listeners.identify)(self.scope)
            position = await self._first_position()
        except listeners.NotListening as refusal:
            await self.close(refusal.code)
        except cursors.BadCursor:
            await self.close(BAD_CURSOR)
        except cursors.CursorExpired:
            await self.close(EXPIRED_CURSOR)
        else:
            news = wakeups.News()
            self._tasks = [
                asyncio.create_task(wakeups.listen(self._listener.user.pk, news)),
                asyncio.create_task(self._feed(position, news)),
            ]

    async def receive(self, **message: Any) -> None:
        """Nothing is expected from a client."""

    async def disconnect(self, code: int) -> None:
        """End what was begun for this socket."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _first_position(self) -> int:
        since = parse_qs(self.scope["query_string"].decode("latin-1")).get("since")
        if since:
            position = cursors.decode(since[0])
            if await database_sync_to_async(log.is_expired)(position):
                raise cursors.CursorExpired
            return position
        newest: int = await database_sync_to_async(log.newest)()
        return newest

    async def _feed(self, position: int, news: wakeups.News) -> None:
        try:
            await self._tell({"type": "hello", "cursor": cursors.encode(position)})
            await self._follow(position, news)
        except TimeoutError:
            await self._hang_up(TOO_SLOW)
        except listeners.NotListening as refusal:
            await self._hang_up(refusal.code)
        except Exception:
            logger.exception("feed_failed")
            await self._hang_up(1011)

    async def _follow(self, position: int, news: wakeups.News) -> None:
        checked = time.monotonic()
        while True:
            position = await self._tell_events(position)
            for tick in news.take_ticks():
                await self._tell({"type": "progress", **tick})
            if time.monotonic() - self._told > PING_SECONDS:
                await self._tell({"type": "ping", "cursor": cursors.encode(position)})
            if time.monotonic() - checked > CHECK_SECONDS:
                await self._check()
                checked = time.monotonic()
            await news.wait(LOOK_SECONDS)

    async def _tell_events(self, position: int) -> int:
        """Tell all events past a position; the position that was reached."""
        while True:
            events = await self._read(position)
            for event in events:
                position = event.position or position
                await self._tell(_message(event))
            if len(events) < _BATCH:
                return position

    async def _read(self, position: int) -> Sequence[Event]:
        read = database_sync_to_async(log.after)
        try:
            events: Sequence[Event] = await read(
                position, owner_id=self._listener.user.pk, limit=_BATCH
            )
        except DatabaseError as error:
            # The next look may find it back; the client has lost nothing meanwhile.
            logger.warning("feed_without_database", reason=type(error).__name__)
            return []
        return events

    async def _check(self) -> None:
        with suppress(DatabaseError):
            if not await database_sync_to_async(self._listener.is_still_in)():
                raise listeners.NotListening(listeners.NOT_AUTHENTICATED)

    async def _tell(self, message: dict[str, Any]) -> None:
        await asyncio.wait_for(self.send_json(message), SEND_SECONDS)
        self._told = time.monotonic()

    async def _hang_up(self, code: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.close(code), 1)


def _message(event: Event) -> dict[str, Any]:
    return {
        "type": "event",
        "cursor": cursors.encode(event.position or 0),
        "event": event.type,
        "video": str(event.video_id) if event.video_id else None,
        "payload": event.payload,
    }
