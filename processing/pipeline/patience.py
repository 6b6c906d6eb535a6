"""Wait out a database that is away: an outage of a minute ends no work that is done."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")

logger = structlog.get_logger(__name__)

_LONGEST_SECONDS = 600.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0


def insist(call: Callable[[], T], *, given_up: Callable[[], bool]) -> T:
    """Call until the database answers, for ten minutes at most or until given up.

    Only for calls that are safe to repeat: what they do must hang on a token.
    """
    end = time.monotonic() + _LONGEST_SECONDS
    pause = _FIRST_PAUSE
    while True:
        try:
            return call()
        except (OperationalError, InterfaceError) as error:
            if given_up() or time.monotonic() > end:
                raise
            logger.warning("database_awaited", reason=type(error).__name__)
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
