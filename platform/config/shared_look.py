"""Share one check among many callers, so that checks that hang do not pile up."""

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
    """Runs one look at a time. Callers meanwhile share it, and its result is good for ``fresh``
    seconds. An exception is raised to all who waited."""

    def __init__(self, look: Callable[[], Awaitable[T]], *, fresh: float) -> None:
        self._look = look
        self._fresh = fresh
        self._task: asyncio.Task[T] | None = None
        self._ended = 0.0

    async def see(self, within: float) -> T:
        """Return the result; raise ``TimeoutError`` if there is none ``within`` so many seconds."""
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
    """Retrieve the task's exception, so that asyncio does not complain if nobody waited for it."""
    if not task.cancelled():
        task.exception()


async def in_thread(call: Callable[[], T], *, name: str) -> T:
    """Run a function in a thread of its own, which never keeps the process from ending."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # it can no longer be cancelled

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)
        finally:
            connections.close_all()  # the connections of this thread

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
