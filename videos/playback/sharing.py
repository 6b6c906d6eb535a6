"""Answers that are made once for everybody who asks, and kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shared(Generic[K, V]):
    """A cache of one event loop: whoever asks for what is being made waits for that.

    Values are kept for ``seconds``, the least recently used ones given up when together they
    weigh more than ``most``. What could not be made is not kept.
    """

    def __init__(self, *, seconds: float, most: int, weigh: Callable[[V], int]) -> None:
        self._seconds = seconds
        self._most = most
        self._weigh = weigh
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._weight = 0
        self._made: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K, make: Callable[[], Awaitable[V]]) -> V:
        """The value of a key, made if need be; raises what making it raises."""
        until, value = self._kept.get(key, (0.0, None))
        if value is not None and time.monotonic() < until:
            self._kept.move_to_end(key)
            return value
        if key not in self._made:
            self._made[key] = task = asyncio.create_task(self._make(key, make))
            task.add_done_callback(_retrieve)
        # One who goes away does not take it from the others.
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
    """Nobody may be left to hear of an error."""
    if not task.cancelled():
        task.exception()
