"""Run the due duties one after the other, so that an error in one does not affect the others."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from config.log_limits import AtMostEvery
from processing.models import DutyRun
from processing.reconciler import claims
from processing.reconciler.duty import Duty

logger = structlog.get_logger(__name__)

_TOLD_EVERY_SECONDS = 60.0


class Runner:
    """Runs duties under one holder's name. Each thread has its own instance."""

    def __init__(self, duties: Sequence[Duty], *, holder: str, machine: str) -> None:
        self._duties = duties
        self._holder = holder
        self._machine = machine
        self._tracebacks = AtMostEvery(_TOLD_EVERY_SECONDS)
        self._current: tuple[str, Duty] | None = None
        self._lock = threading.Lock()

    def beat(self, stop: threading.Event) -> int:
        """Run every due duty, in the order of the list, and return how many ran.

        The rows are read again after each duty, so that the first in the list never waits for more
        than one other. Raises ``DatabaseError`` when the rows cannot be read.
        """
        ran = 0
        for _ in self._duties:
            picked = None if stop.is_set() else self._pick()
            if picked is None:
                break
            ran += self._run(*picked)
        return ran

    def _pick(self) -> tuple[Duty, DutyRun] | None:
        now, rows = claims.read(self._duties, self._machine)
        due = ((duty, row) for duty, row in rows if claims.is_due(row, now, duty.every))
        return next(due, None)

    def _run(self, duty: Duty, row: DutyRun) -> bool:
        if not claims.claim(row, holder=self._holder):
            return False
        began = time.monotonic()
        try:
            with self._shown_as_current(row.pk, duty):
                count = duty.run()
        except Exception as error:
            self._failed(duty, row, error, time.monotonic() - began)
        else:
            self._ran(duty, row, count, time.monotonic() - began)
        return True

    def _ran(self, duty: Duty, row: DutyRun, count: int, seconds: float) -> None:
        claims.finish(row, duty, holder=self._holder, count=count, seconds=seconds)
        if count:
            logger.info("duty_ran", duty=duty.name, count=count, seconds=round(seconds, 4))

    def _failed(self, duty: Duty, row: DutyRun, error: Exception, seconds: float) -> None:
        """Log and store a duty's failure. Raises while the database is away, so the loop waits."""
        if self._tracebacks.allows(duty.name):
            logger.error(
                "duty_failed",
                duty=duty.name,
                reason=type(error).__name__,
                failures=row.failures + 1,
                exc_info=not isinstance(error, DatabaseError),
            )
        if isinstance(error, DatabaseError) and not connection.in_atomic_block:
            connection.close()
        claims.fail(row, duty, holder=self._holder, seconds=seconds, error=error)

    @contextmanager
    def _shown_as_current(self, name: str, duty: Duty) -> Iterator[None]:
        with self._lock:
            self._current = (name, duty)
        try:
            yield
        finally:
            with self._lock:
                self._current = None

    def renew(self) -> None:
        """Renew the claim on the duty that is running now. Called from another thread."""
        with self._lock:
            current = self._current
        if current is not None:
            claims.renew(*current, holder=self._holder)
