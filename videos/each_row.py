"""Act on rows one after another; a row that fails does not stop those behind it."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db import DatabaseError, connection
from django.db.models import Model

from config.log_limits import AtMostEvery

Row = TypeVar("Row", bound=Model)

logger = structlog.get_logger(__name__)

_MOST_SECONDS = 10.0
_warnings = AtMostEvery(60.0)


def act_on_each(
    rows: Iterable[Row],
    act: Callable[[Row], bool],
    *,
    what: str,
    most_seconds: float = _MOST_SECONDS,
) -> int:
    """Return how many rows were acted on (``act`` returns whether it did). No row is begun after
    ``most_seconds``.

    An error of one row is logged, at most once a minute for each kind of work. It is raised only if
    the database no longer answers, since no other row would succeed then.
    """
    acted = 0
    end = time.monotonic() + most_seconds
    for row in rows:
        try:
            acted += act(row)
        except Exception as error:
            if not _answers():
                raise
            if _warnings.allows(what):
                logger.warning(
                    "row_skipped", what=what, row=str(row.pk), reason=type(error).__name__
                )
        if time.monotonic() > end:
            break
    return acted


def _answers() -> bool:
    """Whether the database answers. A connection that was let go of meanwhile tells nothing."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return connection.is_usable()
