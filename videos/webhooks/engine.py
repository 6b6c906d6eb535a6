"""The thread of a worker process that sends what is due, many messages at a time.

One thread reads the event log, claims deliveries and notes what came of them; others only send.
The rows are the truth: whatever this process was doing when it was killed is done again by another
when the leases end.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from videos.webhooks import claims, fan_out, outcomes, permits, room, sending
from videos.webhooks.outcomes import Outcome
from videos.webhooks.sending import Parcel, Unwanted

THREADS = 64
_LOOK_SECONDS = 0.5
_PAUSE_SECONDS = 0.02
"""The shortest time between two rounds: what comes back meanwhile is noted together, and the room
it leaves is filled together."""
_AFTER_ERROR_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class Engine:
    """Sends until nothing is due and nothing is on its way, or until ``should_stop``."""

    def __init__(self, should_stop: Callable[[], bool], threads: int = THREADS) -> None:
        self._should_stop = should_stop
        self._threads = threads
        self._heard: queue.SimpleQueue[Outcome | Parcel | None] = queue.SimpleQueue()
        self._way: dict[object, tuple[float, Parcel]] = {}
        self._unnoted: list[Outcome] = []
        self._read_at = 0.0

    def wake(self) -> None:
        """Make it look for new work at once."""
        self._heard.put(None)

    @property
    def was_woken(self) -> bool:
        """Whether it was woken since it last looked."""
        return not self._heard.empty()

    def run(self) -> None:
        """Send what is due. While the database is away, it goes on trying."""
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="webhook")
        try:
            while self._turn(pool):
                pass
            self._note()
        finally:
            pool.shutdown(wait=False)
            connection.close()

    def _turn(self, pool: ThreadPoolExecutor) -> bool:
        """Do one round; return whether there is anything left to do."""
        wait = _LOOK_SECONDS
        try:
            self._note()
            busy = self._begin(pool)
            wait = 0.0 if busy else wait
        except DatabaseError as error:
            logger.warning("webhooks_without_database", reason=type(error).__name__)
            busy, wait = True, _AFTER_ERROR_SECONDS
        finally:
            close_old_connections()
        took = self._listen(wait if self._way or busy else 0.0)
        if took or busy:
            time.sleep(_PAUSE_SECONDS)
            self._listen(0.0)
        return bool(self._way) or (not self._should_stop() and (busy or took))

    def _begin(self, pool: ThreadPoolExecutor) -> bool:
        """Read events and begin to send what is due; return whether there was any."""
        if self._should_stop():
            return False
        read = self._read()
        parcels = claims.take(room.left(self._threads, self._way.values()))
        for parcel in parcels:
            self._way[parcel.claim, parcel.delivery] = (time.monotonic(), parcel)
            pool.submit(self._send, parcel)
        return bool(read or parcels)

    def _read(self) -> int:
        """Read events if this was asked for, if there may be more, and now and then."""
        if time.monotonic() < self._read_at:
            return 0
        read = fan_out.read_log()
        self._read_at = 0.0 if read else time.monotonic() + _LOOK_SECONDS
        return read

    def _send(self, parcel: Parcel) -> None:
        """Send one parcel, in a thread of the pool."""
        try:
            self._heard.put(deliver(parcel))
        except Exception as error:  # its lease ends, and it is sent again
            logger.warning("webhook_not_sent", reason=type(error).__name__)
            self._heard.put(parcel)
        finally:
            connection.close()

    def _listen(self, seconds: float) -> bool:
        """Take all that was said, waiting for the first for at most ``seconds``; return whether
        there was anything."""
        took = False
        with suppress(queue.Empty):
            self._take(self._heard.get(timeout=seconds) if seconds else self._heard.get_nowait())
            took = True
            while True:
                self._take(self._heard.get_nowait())
        return took

    def _take(self, heard: Outcome | Parcel | None) -> None:
        if heard is None:
            self._read_at = 0.0
            return
        parcel = heard.parcel if isinstance(heard, Outcome) else heard
        self._way.pop((parcel.claim, parcel.delivery), None)
        if isinstance(heard, Outcome):
            self._unnoted.append(heard)

    def _note(self) -> None:
        if self._unnoted:
            outcomes.record(self._unnoted)
            self._unnoted = []


def deliver(parcel: Parcel) -> Outcome:
    """Send a parcel if that is still wanted, and return what came of it."""
    try:
        return Outcome(parcel, sending.send(parcel, lambda: permits.sending(parcel)))
    except Unwanted as reason:
        return Outcome(parcel, None, reason.code)


class Engines:
    """At most one engine of a process, in a thread of its own: it keeps no worker thread busy, so
    slow receivers delay none of the queue's other work."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def wake(self) -> None:
        """Wake the engine, or start one."""
        with self._lock:
            if self._engine is not None:
                self._engine.wake()
                return
            self._engine = Engine(self._should_stop)
            threading.Thread(target=self._run, args=[self._engine], name="webhooks").start()

    def _run(self, engine: Engine) -> None:
        try:
            engine.run()
            while not self._is_over(engine):
                engine.run()
        finally:
            with self._lock:
                if self._engine is engine:
                    self._engine = None

    def _is_over(self, engine: Engine) -> bool:
        """Forget an engine that has ended, unless it was woken since."""
        with self._lock:
            if engine.was_woken and not self._should_stop():
                return False
            self._engine = None
            return True
