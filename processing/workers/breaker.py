"""A circuit breaker for the storage: while it does not answer, nothing that needs it is begun."""

import threading
import time

import structlog

from videos.storage import ObjectMissing, StorageUnavailable, originals, outputs

logger = structlog.get_logger(__name__)

STORAGE_AWAY = "The storage does not answer: it takes no tasks until it does."
_LOOKED_EVERY_SECONDS = 5.0
_NOTHING_KEY = "doctor/probe"


class Breaker:
    """Open from the first failure until the storage answers again; looked at now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look_at: float | None = None

    def trip(self) -> None:
        """The storage did not answer."""
        with self._lock:
            if self._look_at is None:
                logger.warning("storage_awaited")
                self._look_at = time.monotonic() + _LOOKED_EVERY_SECONDS

    def close(self) -> None:
        """It answered."""
        with self._lock:
            self._look_at = None

    def why_open(self) -> str:
        """The sentence for people, empty when the storage may be used."""
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
    """Whether the storages answer at all, whatever they say of a single object."""
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
