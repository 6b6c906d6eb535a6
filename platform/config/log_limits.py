"""Limit how often a message about a lasting condition is repeated."""

import time


class AtMostEvery:
    """Allows a message once in so many seconds for each key. Each process counts for itself."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._said: dict[str, float] = {}

    def allows(self, key: str) -> bool:
        """Whether the message should be logged now; a yes starts the next interval."""
        now = time.monotonic()
        if now - self._said.get(key, -self._seconds) < self._seconds:
            return False
        self._said[key] = now
        return True
