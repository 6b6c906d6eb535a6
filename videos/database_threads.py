"""Separate threads for database calls that are made on behalf of an event loop.

``sync_to_async`` and channels' ``database_sync_to_async`` run all calls of a process in one thread,
so one slow query holds up everybody. This pool has a few threads, and each takes a database
connection for the time of a call. A thread that waits for a hanging database is freed by ending its
connection.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import OperationalError, close_old_connections, connection, connections
from psycopg import Error as DriverError
from psycopg import generators, waiting

P = ParamSpec("P")
T = TypeVar("T")

_CANCEL_SECONDS = 5.0


class Overloaded(OperationalError):
    """Raised when too many calls are waiting already, or the call did not end in time. The caller
    should try again in a few seconds."""


class DatabaseThreads:
    """A pool of at most ``size`` threads. A call may wait ``queue_seconds`` for a thread and then
    run for ``run_seconds``. At most ``waiting`` calls wait at a time."""

    def __init__(
        self, name: str, *, size: int, waiting: int, queue_seconds: float, run_seconds: float
    ) -> None:
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._most = size + waiting
        self._queue_seconds = queue_seconds
        self._run_seconds = run_seconds
        self._calls = 0
        self._lock = threading.Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the function's result or raise its error. Raises ``Overloaded``, an
        ``OperationalError``, if the call could not start or did not end in time."""
        call = _Call(function, args, kwargs)
        submitted = self._submit(call)
        future = asyncio.wrap_future(submitted)
        while not future.done():
            left = call.seconds_left(self._queue_seconds, self._run_seconds)
            if left <= 0:
                # Cancel this future first; the loop's future would pass the cancellation on a
                # moment later.
                submitted.cancel()
                future.cancel()
                call.abandon()
                raise Overloaded("the database threads did not do this in time")
            await asyncio.wait({future}, timeout=left)
        return future.result()

    def _submit(self, call: _Call[T]) -> Future[T]:
        with self._lock:
            if self._calls >= self._most:
                raise Overloaded("too many calls wait for the database threads")
            self._calls += 1
        future = self._executor.submit(contextvars.copy_context().run, call)
        future.add_done_callback(self._forget)
        return future

    def _forget(self, _: object) -> None:
        with self._lock:
            self._calls -= 1


class _Call(Generic[T]):
    """One call in one thread, with its database connection."""

    def __init__(self, function: Callable[..., T], args: Any, kwargs: Any) -> None:
        self._work: Callable[[], T] = partial(function, *args, **kwargs)
        self._asked = time.monotonic()
        self._began: float | None = None
        self._lock = threading.Lock()
        self._connection: Any = None

    def __call__(self) -> T:
        """Run the call, in a thread of the pool."""
        close_old_connections()
        with self._lock:
            self._began = time.monotonic()
            self._connection = connections[connection.alias]
        try:
            return self._work()
        finally:
            with self._lock:
                self._connection = None
            close_old_connections()

    def seconds_left(self, queue_seconds: float, run_seconds: float) -> float:
        """Return how long the call may still wait, or run once it has begun."""
        if self._began is None:
            return self._asked + queue_seconds - time.monotonic()
        return self._began + run_seconds - time.monotonic()

    def abandon(self) -> None:
        """Free the thread if it waits for the database, by ending its connection at once."""
        with self._lock:
            held = self._connection.connection if self._connection is not None else None
            if held is not None:
                _end(held, self._connection.vendor)


def _end(held: Any, vendor: str) -> None:
    """End a connection that another thread is waiting on. Closing it would free memory that the
    thread is using; shutting down the underlying socket instead makes the thread's wait fail.

    The server is asked to cancel too, since it would otherwise go on with a query that nobody
    needs. It may not answer, so the request runs in a thread of its own.
    """
    if vendor == "sqlite":
        held.interrupt()
        return
    # A connection that was closed in the meantime needs nothing.
    with suppress(OSError, DriverError):
        cancel = held.pgconn.cancel_conn()
        threading.Thread(target=_cancel, args=[cancel], name="cancel", daemon=True).start()
    with suppress(OSError, DriverError), socket.socket(fileno=os.dup(held.fileno())) as below:
        below.shutdown(socket.SHUT_RDWR)


def _cancel(cancel: Any) -> None:
    """Send the cancel request. libpq's older function is not used, since it blocks all Python
    threads until the server answers."""
    with suppress(OSError, DriverError):
        cancel.start()
        waiting.wait_conn(generators.cancel(cancel), interval=0.1, timeout=_CANCEL_SECONDS)
