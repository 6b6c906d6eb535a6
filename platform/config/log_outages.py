"""Outages that a library tells of again and again are logged once a minute."""

import logging
import time

_EVERY_SECONDS = 60.0


class RepeatedOutages(logging.Filter):
    """Lets one of Dramatiq's complaints about a lost Redis pass a minute, whatever the queue.

    Each of its threads complains at every try to connect, as critical.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said_at = -_EVERY_SECONDS

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be logged."""
        outage = record.name.startswith("dramatiq.") and record.levelno == logging.CRITICAL
        if not outage or "connection error" not in str(record.msg):
            return True
        now = time.monotonic()
        if now - self._said_at < _EVERY_SECONDS:
            return False
        self._said_at = now
        return True
