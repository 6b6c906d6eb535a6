"""Await work that goes on if the one who waits for it is cancelled, as when a client is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import structlog

logger = structlog.get_logger(__name__)

T = TypeVar("T")


async def shielded(work: Awaitable[T]) -> T:
    """Return what the work returns, or raise what it raises.

    If the caller is cancelled the work goes on; if it fails then, a line in the log says so.
    """
    running = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        running.add_done_callback(_tell_of_failure)
        raise


def _tell_of_failure(done: asyncio.Future[Any]) -> None:
    """Log how work failed that nobody waits for any more, such as that of an upload which was
    purged while it was completed."""
    if not done.cancelled() and (error := done.exception()) is not None:
        logger.warning("upload_work_failed", reason=type(error).__name__)
