"""What the channel layer says to one open feed.

It says only that there is something new, and how far jobs are; the events themselves are
rows. So Redis may be away for as long as it likes: the feed looks at the rows anyway.
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
    """What was said since somebody last looked: at most one tick a video, however slow they are."""

    def __init__(self) -> None:
        self._said = asyncio.Event()
        self._ticks: dict[str, dict[str, Any]] = {}

    def note(self, message: dict[str, Any]) -> None:
        """Keep what a message says; a newer tick takes the place of an older one."""
        if message["type"] == "feed.progress":
            self._ticks[message["tick"]["video"]] = message["tick"]
        self._said.set()

    async def wait(self, seconds: float) -> None:
        """Return when something was said, at the latest after so many seconds."""
        # Not wait_for, which in Python 3.11 loses a cancellation that comes with the news: the
        # socket's end would wait for this for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._said.wait()
        self._said.clear()

    def take_ticks(self) -> list[dict[str, Any]]:
        """The ticks, each given once."""
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
            # Whatever the layer met: a feed that hears nothing for ever is worse.
            logger.exception("feed_deaf")
        await asyncio.sleep(RETRY_SECONDS)


async def _follow(group: str, news: News) -> None:
    """Join the group and note its messages. The layer itself takes up its subscriptions again
    when a Redis it had reached comes back."""
    layer = get_channel_layer()
    # Fails cleanly while Redis is away, where new_channel would leave a queue behind each time;
    # what was missed meanwhile is looked for at once.
    await layer.group_send(group, {"type": "feed.events"})
    channel = await layer.new_channel()
    try:
        await layer.group_add(group, channel)
        while True:
            news.note(await layer.receive(channel))
    finally:
        with suppress(RedisError, OSError):
            await layer.group_discard(group, channel)
