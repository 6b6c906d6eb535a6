"""Repeat database calls through an outage, so that an outage does not lose finished work."""

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
# SQLSTATE class 25, invalid transaction state: a primary became a standby and refuses writes, or
# PostgreSQL ended the transaction of a frozen process.
_INVALID_TRANSACTION_STATE = "25"


def is_outage(error: DatabaseError) -> bool:
    """Whether the database is away, failing over or overloaded, rather than refusing the query."""
    if isinstance(error, InternalError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return state.startswith(_INVALID_TRANSACTION_STATE)
    return isinstance(error, OperationalError | InterfaceError)


def retry_on_database_error(call: Callable[[], T], *, given_up: Callable[[], bool]) -> T:
    """Repeat ``call`` until the database answers, ``given_up`` is true or an hour has passed.

    Only for calls that are safe to repeat, such as an update conditional on a token. Raises the
    last database error when it stops repeating, and at once when the error is no outage.
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
