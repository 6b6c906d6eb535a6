"""Look at something that may hang, for whoever asks, without one look piling upon another."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")


class SharedLook(Generic[T]):
    """One look at a time: who asks meanwhile shares it, and what was seen is good for ``fresh``
    seconds. What is raised is seen by all who waited."""

    def __init__(self, look: Callable[[], Awaitable[T]], *, fresh: float) -> None:
        self._look = look
        self._fresh = fresh
        self._task: asyncio.Task[T] | None = None
        self._ended = 0.0

    async def see(self, within: float) -> T:
        """What was seen; raises ``TimeoutError`` when nothing is seen within so many seconds."""
        task = self._current()
        done, _ = await asyncio.wait({task}, timeout=within)
        if not done:
            raise TimeoutError
        return task.result()

    def _current(self) -> asyncio.Task[T]:
        task = self._task
        if task is None or task.get_loop() is not asyncio.get_running_loop() or self._is_old(task):
            self._task = task = asyncio.ensure_future(self._once())
            task.add_done_callback(_retrieve)
        return task

    async def _once(self) -> T:
        try:
            return await self._look()
        finally:
            self._ended = time.monotonic()

    def _is_old(self, task: asyncio.Task[T]) -> bool:
        return task.done() and time.monotonic() - self._ended >= self._fresh


def _retrieve(task: asyncio.Task[T]) -> None:
    """What was raised is told to whoever waited; if nobody did, it is not complained of."""
    if not task.cancelled():
        task.exception()


async def in_thread(call: Callable[[], T], *, name: str) -> T:
    """Call it in a thread of its own, which never keeps the process from ending."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # so that nobody cancels it, and its end is no error

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)
        finally:
            connections.close_all()  # this thread's own, if it asked a database

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
