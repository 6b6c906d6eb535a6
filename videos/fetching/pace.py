"""How fast a file arrives, and when to report it."""

import time
from dataclasses import dataclass

_REPORT_SECONDS = 1.0
_SMOOTHED = 0.7


@dataclass(frozen=True)
class Speed:
    """How far a fetch is: bytes so far, all bytes if that is known, and bytes a second."""

    received: int
    total: int | None
    bytes_a_second: float


class Pace:
    """When the next report is due, and how many bytes arrive in a second, smoothed."""

    def __init__(self) -> None:
        self._at = time.monotonic()
        self._size: int | None = None
        self.bytes_a_second = 0.0

    def is_due(self, size: int) -> bool:
        """Return whether a report is due now that there are ``size`` bytes."""
        now = time.monotonic()
        seconds = now - self._at
        if self._size is not None and seconds < _REPORT_SECONDS:
            return False
        if self._size is not None and size >= self._size:
            lately = (size - self._size) / seconds
            kept = _SMOOTHED if self.bytes_a_second else 0.0
            self.bytes_a_second = kept * self.bytes_a_second + (1.0 - kept) * lately
        self._at, self._size = now, size
        return True
