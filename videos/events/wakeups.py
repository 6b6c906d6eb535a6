"""Pass messages of the channel layer to one open feed.

The messages only say that there is something new, and how far jobs are; the events themselves are
rows. So Redis may be away for any length of time: the feed reads the rows anyway.
"""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from videos.events import announce

RETRY_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class News:
    """The announcements since the last look. It keeps at most one tick per video, however slow its
    reader is."""

    def __init__(self) -> None:
        self._said = asyncio.Event()
        self._ticks: dict[str, dict[str, Any]] = {}

    def note(self, message: dict[str, Any]) -> None:
        """Keep a message; a newer tick replaces an older one of the same video."""
        if message["type"] == "feed.progress":
            self._ticks[message["tick"]["video"]] = message["tick"]
        self._said.set()

    async def wait(self, seconds: float) -> None:
        """Return when something was announced, at the latest after ``seconds``."""
        # Not wait_for: in Python 3.11 it loses a cancellation that arrives together with news, and
        # the closing socket would then wait for this task forever.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._said.wait()
        self._said.clear()

    def take_ticks(self) -> list[dict[str, Any]]:
        """Return the ticks, each only once."""
        ticks, self._ticks = list(self._ticks.values()), {}
        return ticks


async def listen(owner_id: UUID, news: News) -> None:
    """Note everything that is announced to an owner, until canceled."""
    while True:
        try:
            await _follow(announce.group_of(owner_id), news)
        except (RedisError, OSError) as error:
            logger.warning("feed_without_redis", reason=type(error).__name__)
        except Exception:
            # A feed that never hears anything again is worse than any error of the layer.
            logger.exception("feed_deaf")
        await asyncio.sleep(RETRY_SECONDS)


async def _follow(group: str, news: News) -> None:
    """Join the group and note its messages. After an interruption of Redis, the layer itself renews
    its subscriptions."""
    layer = get_channel_layer()
    # This fails cleanly while Redis is away; new_channel would leave a queue behind each time. It
    # also makes the feed look at once for what it missed.
    await layer.group_send(group, {"type": "feed.events"})
    channel = await layer.new_channel()
    try:
        await layer.group_add(group, channel)
        while True:
            news.note(await layer.receive(channel))
    finally:
        with suppress(RedisError, OSError):
            await layer.group_discard(group, channel)
