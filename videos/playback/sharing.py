"""A cache whose values are made once for all clients that ask, and kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shared(Generic[K, V]):
    """A cache for one event loop: callers who ask for a value that is being made wait for it.

    Values are kept for ``seconds``. The least recently used ones are dropped when all together
    weigh more than ``most``. A failure to make a value is not kept.
    """

    def __init__(self, *, seconds: float, most: int, weigh: Callable[[V], int]) -> None:
        self._seconds = seconds
        self._most = most
        self._weigh = weigh
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._weight = 0
        self._made: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """Return the value of a key, made if necessary; raises what ``make`` raises."""
        until, value = self._kept.get(key, (0.0, None))
        if value is not None and time.monotonic() < until:
            self._kept.move_to_end(key)
            return value
        if key not in self._made:
            self._made[key] = task = asyncio.create_task(self._make(key, make))
            task.add_done_callback(_retrieve)
        # A caller that is canceled does not cancel the work for the others.
        return await asyncio.shield(self._made[key])

    async def _make(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        try:
            value = await make()
        finally:
            del self._made[key]
        self._forget(key)
        self._kept[key] = (time.monotonic() + self._seconds, value)
        self._weight += self._weigh(value)
        while self._weight > self._most:
            self._forget(next(iter(self._kept)))
        return value

    def _forget(self, key: K) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._weight -= self._weigh(kept[1])


def _retrieve(task: asyncio.Task[V]) -> None:
    """Retrieve the exception, since nobody may be left to await it."""
    if not task.cancelled():
        task.exception()
