"""Tell the web processes over Redis that there is something new; a lost message loses no event.

All messages go to one group, to which each web process listens once. One background event loop
sends them for the whole process, since each ``async_to_sync`` call would open and close a Redis
connection of its own.
"""

import asyncio
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from redis.exceptions import ConnectionError as RedisConnectionError

from videos.models import Video

logger = structlog.get_logger(__name__)

GROUP = "feed"
EVENTS, PROGRESS, RIGHTS = "feed.events", "feed.progress", "feed.rights"


def new_events() -> None:
    """Announce that there are new events in the log."""
    _send({"type": EVENTS})


def progress(video: Video, tick: Mapping[str, Any]) -> None:
    """Pass on a progress tick of a video; ticks are not logged."""
    approved = video.moderation == Video.Moderation.APPROVED
    _send({"type": PROGRESS, "owner": video.owner_id.hex, "approved": approved, "tick": tick})


def rights(user_id: UUID | None) -> None:
    """Announce that a user's rights have changed; None if it is not known whose."""
    _send({"type": RIGHTS, "user": user_id.hex if user_id else None})


def _send(message: dict[str, Any]) -> None:
    future = asyncio.run_coroutine_threadsafe(_sent(message), _loop())
    future.add_done_callback(_log_failure)


async def _sent(message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    try:
        await layer.group_send(GROUP, message)
    except RedisConnectionError:
        # The idle connection may have died, and the next one may work.
        await layer.group_send(GROUP, message)


def _log_failure(future: Any) -> None:
    if not future.cancelled() and future.exception() is not None:
        logger.warning("announcement_lost", reason=type(future.exception()).__name__)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="announce", daemon=True).start()
    return loop
