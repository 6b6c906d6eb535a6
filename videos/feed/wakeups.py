"""Pass what is announced over Redis to the hub of a web process.

The messages only say that there is something new, and how far jobs are; the events themselves are
rows. So Redis may be away for any length of time: the hub reads the rows anyway.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from videos.events import announce

RETRY_SECONDS = 2.0

logger = structlog.get_logger(__name__)


async def listen(note: Callable[[dict[str, Any]], None]) -> None:
    """Note everything that is announced, until canceled."""
    while True:
        try:
            await _follow(note)
        except (RedisError, OSError) as error:
            logger.warning("feed_without_redis", reason=type(error).__name__)
        except Exception:
            # Feeds that never hear anything at once again are worse than any error of the layer.
            logger.exception("feed_deaf")
        await asyncio.sleep(RETRY_SECONDS)


async def _follow(note: Callable[[dict[str, Any]], None]) -> None:
    """Join the group and note its messages. After an interruption of Redis, the layer itself renews
    its subscriptions."""
    layer = get_channel_layer()
    # This fails cleanly while Redis is away; new_channel would leave a queue behind each time. It
    # also makes the hubs look at once for what they missed.
    await layer.group_send(announce.GROUP, {"type": announce.EVENTS})
    channel = await layer.new_channel()
    try:
        await layer.group_add(announce.GROUP, channel)
        while True:
            note(await layer.receive(channel))
    finally:
        with suppress(RedisError, OSError):
            await layer.group_discard(announce.GROUP, channel)
