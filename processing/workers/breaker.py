"""A circuit breaker for the storage: while it does not answer, the worker takes no tasks."""

import threading
import time

import structlog

from videos.storage import ObjectMissing, StorageUnavailable, originals, outputs

logger = structlog.get_logger(__name__)

STORAGE_AWAY = "The storage does not answer: it takes no tasks until it does."
_LOOKED_EVERY_SECONDS = 5.0
_NOTHING_KEY = "doctor/probe"


class Breaker:
    """A breaker that opens at the first failure and closes when the storage answers again.

    While it is open, ``why_open`` tries the storage once every ``_LOOKED_EVERY_SECONDS``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look_at: float | None = None

    def trip(self) -> None:
        """Open the breaker, because the storage did not answer."""
        with self._lock:
            if self._look_at is None:
                logger.warning("storage_awaited")
                self._look_at = time.monotonic() + _LOOKED_EVERY_SECONDS

    def close(self) -> None:
        """Close the breaker, because the storage answered."""
        with self._lock:
            self._look_at = None

    def why_open(self) -> str:
        """Return a sentence for people, empty when the storage may be used."""
        with self._lock:
            if self._look_at is None:
                return ""
            if time.monotonic() < self._look_at:
                return STORAGE_AWAY
            self._look_at = time.monotonic() + _LOOKED_EVERY_SECONDS
        if not answers():
            return STORAGE_AWAY
        self.close()
        return ""


def answers() -> bool:
    """Whether both storages answer at all, whatever they say about a single object."""
    try:
        for store in (originals(), outputs()):
            try:
                store.object_size(_NOTHING_KEY)
            except ObjectMissing:
                pass
    except (StorageUnavailable, OSError):
        return False
    return True


storage = Breaker()
