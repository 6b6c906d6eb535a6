"""Wait out a database that is away: an outage ends no work that is done."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import Error as DatabaseError
from django.db import InterfaceError, InternalError, OperationalError, connection

T = TypeVar("T")

logger = structlog.get_logger(__name__)

_LONGEST_SECONDS = 3600.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
# Class 25 of SQLSTATE, invalid transaction state: a primary that became a standby takes no
# writes, and a transaction of somebody frozen was ended.
_INVALID_TRANSACTION_STATE = "25"


def is_outage(error: DatabaseError) -> bool:
    """Whether the database is away, failing over or overloaded, not refusing what was asked."""
    if isinstance(error, InternalError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return state.startswith(_INVALID_TRANSACTION_STATE)
    return isinstance(error, OperationalError | InterfaceError)


def retry_on_database_error(call: Callable[[], T], *, given_up: Callable[[], bool]) -> T:
    """Call until the database answers, for an hour at most or until given up.

    Only for calls that are safe to repeat: what they do must hang on a token.
    """
    end = time.monotonic() + _LONGEST_SECONDS
    pause = _FIRST_PAUSE
    while True:
        try:
            return call()
        except DatabaseError as error:
            if not is_outage(error) or given_up() or time.monotonic() > end:
                raise
            logger.warning("database_awaited", reason=type(error).__name__)
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
