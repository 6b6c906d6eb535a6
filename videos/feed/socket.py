"""``/ws/feed/``: a WebSocket that sends events, in order and without gaps, and progress.

``closes`` lists the codes with which it closes, and a sentence for each; ``asking`` what its client
may say.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from django.db import DatabaseError

from videos.feed import asking, closes, listeners, opening
from videos.feed.asking import NotUnderstood
from videos.feed.closes import Ended
from videos.feed.hub import Hub
from videos.feed.parcels import Line, Parcel
from videos.feed.pump import pump, threads
from videos.feed.streams import Stream

PATH = "/ws/feed/"
MOST_MESSAGES, MESSAGES_SECONDS = 30, 10.0

logger = structlog.get_logger(__name__)


class FeedSocket:
    """Serves one socket: a task sends, while this one hears what the client says."""

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._is_closed = False
        self._heard: deque[float] = deque(maxlen=MOST_MESSAGES)

    async def serve(self) -> None:
        """Accept the socket, and serve it until either side closes it."""
        await self._receive()
        await self._send(
            {"type": "websocket.accept", "subprotocol": listeners.offered(self._scope)}
        )
        try:
            asked = asking.query(self._scope["query_string"])
            async with opening.feed(self._scope, asked, stays=True) as (stream, hub):
                await self._talk(stream, hub)
        except NotUnderstood:
            await self._close(closes.BAD_QUERY)
        except Ended as ended:
            await self._end(ended)
        except OSError:
            return  # the client went while something was sent
        except Exception:
            logger.exception("feed_failed")
            await self._close(closes.FAILED)

    async def _talk(self, stream: Stream, hub: Hub) -> None:
        sending = asyncio.create_task(self._feed(stream, hub))
        hearing = asyncio.create_task(self._hear(stream, hub))
        try:
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await opening.cancel(sending, hearing)
        for task in (sending, hearing):
            if not task.cancelled():
                task.result()

    async def _feed(self, stream: Stream, hub: Hub) -> None:
        await stream.run(self._tell_all(stream, hub))

    async def _tell_all(self, stream: Stream, hub: Hub) -> None:
        await stream.tell([opening.hello(stream)], self._say)
        await pump(stream, hub, self._say)

    async def _say(self, parcel: Parcel) -> None:
        await self._send({"type": "websocket.send", "text": parcel.frame})

    async def _hear(self, stream: Stream, hub: Hub) -> None:
        """Do what the client says, until it goes."""
        while (message := await self._receive())["type"] == "websocket.receive":
            self._count()
            try:
                stream.say(*await self._answers(stream, hub, message.get("text")))
            except NotUnderstood as error:
                stream.say(_error("not_understood", error.message))
            except DatabaseError:
                stream.say(_error("database_unavailable", closes.REASONS[closes.TRY_AGAIN]))
        self._is_closed = True

    async def _answers(self, stream: Stream, hub: Hub, text: str | None) -> list[Line]:
        while True:
            before, question = stream.wish, hub.question()
            wish = asking.changed(before, text)
            granted = await threads.run(opening.grant, stream.listener, wish)
            is_current = stream.wish == before
            if is_current and hub.grant(stream, question, granted.wish, granted.hearing):
                break
        await hub.review(stream)
        return [*granted.refused, _followed(stream)]

    def _count(self) -> None:
        now = time.monotonic()
        if len(self._heard) == MOST_MESSAGES and now - self._heard[0] < MESSAGES_SECONDS:
            raise Ended(closes.TOO_MUCH_SAID)
        self._heard.append(now)

    async def _end(self, ended: Ended) -> None:
        for line in opening.endings(ended):
            await self._say_at_last({"type": "websocket.send", "text": line.text})
        await self._close(ended.code)

    async def _close(self, code: int) -> None:
        reason = closes.REASONS[code]
        await self._say_at_last({"type": "websocket.close", "code": code, "reason": reason})

    async def _say_at_last(self, message: Mapping[str, Any]) -> None:
        """Send one of the last messages; the client may read nothing, so that is not waited for
        long."""
        if self._is_closed:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._send(message)


async def serve(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI app of the feed's address."""
    await FeedSocket(scope, receive, send).serve()


def _error(code: str, message: str) -> Line:
    return Line({"type": "error", "code": code, "message": message})


def _followed(stream: Stream) -> Line:
    wish = stream.wish
    return Line(
        {
            "type": "subscribed",
            "own": wish.own,
            "all": wish.everything,
            "videos": sorted(str(one) for one in wish.videos),
        }
    )
