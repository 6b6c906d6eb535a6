"""Say again and again what lasts, but not at every look."""

import time


class AtMostEvery:
    """Allows a message once in so many seconds, for each key; a process's own memory."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._said: dict[str, float] = {}

    def allows(self, key: str) -> bool:
        """Whether the message is to be logged now."""
        now = time.monotonic()
        if now - self._said.get(key, -self._seconds) < self._seconds:
            return False
        self._said[key] = now
        return True
