"""Tell listeners over Redis that there is something new; a lost message loses no event.

One background event loop serves the whole process, since each ``async_to_sync`` call would open and
close a Redis connection of its own.
"""

import asyncio
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from redis.exceptions import ConnectionError as RedisConnectionError

logger = structlog.get_logger(__name__)


def group_of(owner_id: UUID) -> str:
    """Return the channel group of a user's feed."""
    return f"feed.{owner_id.hex}"


def new_events(owner_ids: Iterable[UUID]) -> None:
    """Announce new events to these owners."""
    for owner_id in owner_ids:
        _send(owner_id, {"type": "feed.events"})


def progress(owner_id: UUID, tick: Mapping[str, Any]) -> None:
    """Pass on a progress tick to its owner; ticks are not logged."""
    _send(owner_id, {"type": "feed.progress", "tick": tick})


def _send(owner_id: UUID, message: dict[str, Any]) -> None:
    future = asyncio.run_coroutine_threadsafe(_sent(group_of(owner_id), message), _loop())
    future.add_done_callback(_log_failure)


async def _sent(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    try:
        await layer.group_send(group, message)
    except RedisConnectionError:
        # The idle connection may have died, and the next one may work.
        await layer.group_send(group, message)


def _log_failure(future: Any) -> None:
    if not future.cancelled() and future.exception() is not None:
        logger.warning("announcement_lost", reason=type(future.exception()).__name__)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="announce", daemon=True).start()
    return loop
