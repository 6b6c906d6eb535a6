"""Run every duty once by hand, whether it is due or not."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from processing.reconciler.duties import DUTIES
from processing.reconciler.duty import Duty

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """The result of a duty. ``error`` is the type of the error, empty when there was none."""

    duty: str
    count: int
    seconds: float
    error: str = ""


def run_each(duties: Sequence[Duty] = DUTIES) -> Iterator[Outcome]:
    """Run all duties one after the other, and yield their outcomes; an error stops no other duty.

    No duty is claimed, since a duty may run while a reconciler runs the same one.
    """
    for duty in duties:
        began = time.monotonic()
        try:
            count, error = duty.run(), ""
        except Exception as raised:
            count, error = 0, type(raised).__name__
            logger.exception("duty_failed", duty=duty.name, reason=error)
            if isinstance(raised, DatabaseError) and not connection.in_atomic_block:
                connection.close()  # a broken one would fail all that follow
        yield Outcome(duty.name, count, time.monotonic() - began, error)
