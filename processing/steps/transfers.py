"""Transfer bytes to and from the storages, waiting while they are away, and stopping when asked.

While a storage is away, finished work is not lost: the attempt keeps its folder and its lease, and
only the transfer is retried.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from processing.ffmpeg.errors import Interrupted
from processing.steps.context import TaskContext
from processing.workers import breaker as breakers
from processing.workers.breaker import storage as breaker
from videos import installation
from videos.storage import MediaStorage, StorageUnavailable, outputs
from videos.storage.stopping import stop_when

T = TypeVar("T")

_LONGEST_SECONDS = 24 * 3600.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0
_PATIENCE_SECONDS = 10.0
_LOOK_EVERY_SECONDS = 0.2


def take(context: TaskContext, key: str, path: Path, *, content_type: str) -> None:
    """Move a finished file into the outputs storage."""
    ask(context, lambda: outputs().take_file(key, path, content_type=content_type))


def fetch(context: TaskContext, store: MediaStorage, key: str, path: Path) -> None:
    """Copy an object to a local path. Raises ``ObjectMissing``."""
    look_for(context, lambda: store.fetch(key, path))


def look_for(context: TaskContext, call: Callable[[], T]) -> T:
    """Call ``ask`` for reading a single object.

    If the storage refuses it but answers otherwise, the wait is only a few seconds. Waiting would
    occupy a thread that others need, and a later retry costs nothing.
    """
    return ask(context, call, worth_it=lambda: not stoppable(breakers.answers, context.should_stop))


def require_there(context: TaskContext, store: MediaStorage) -> None:
    """After an object was missing, raise ``StorageUnavailable`` if the whole storage is missing."""
    if installation.has_marked():
        look_for(context, lambda: installation.require_mark(store))


def _always() -> bool:
    return True


def ask(
    context: TaskContext, call: Callable[[], T], *, worth_it: Callable[[], bool] = _always
) -> T:
    """Call a storage until it answers, for a day at most, and return the answer.

    Raises ``Interrupted`` within a second of ``should_stop`` giving a reason. Raises
    ``StorageUnavailable`` after the day, or after ``_PATIENCE_SECONDS`` once ``worth_it`` is false.
    """
    end = time.monotonic() + _LONGEST_SECONDS
    soon = time.monotonic() + _PATIENCE_SECONDS
    pause = _FIRST_PAUSE
    waited = False
    while True:
        try:
            answer = stoppable(call, context.should_stop)
        except StorageUnavailable as error:
            breaker.trip()
            now = time.monotonic()
            if now > end or (now > soon and not worth_it()):
                raise
            context.waits_for(f"the storage{_refusal(error)}")
            waited = True
            _sleep(pause, context.should_stop)
            pause = min(_LONGEST_PAUSE, pause * 2)
        else:
            if waited:
                context.waits_for("")
                breaker.close()
            return answer


def _refusal(error: StorageUnavailable) -> str:
    """Return a text with the protocol's error code of a refused request, which an operator must
    fix; empty if the storage does not answer."""
    response = getattr(error.__cause__, "response", None) or {}
    code = str(response.get("Error", {}).get("Code", ""))
    return f", which refuses: {code}" if code.isalnum() else ""


def _sleep(seconds: float, should_stop: Callable[[], str | None]) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if reason := should_stop():
            raise Interrupted(reason)
        time.sleep(min(left, _LOOK_EVERY_SECONDS))


def stoppable(call: Callable[[], T], should_stop: Callable[[], str | None]) -> T:
    """Run an uninterruptible call in a thread, and return its result.

    When ``should_stop`` gives a reason, the thread is abandoned and ``Interrupted`` is raised.
    """
    running = _Call(call)
    while not running.done.wait(_LOOK_EVERY_SECONDS):
        if reason := should_stop():
            running.abandoned.set()
            raise Interrupted(reason)
    if running.error is not None:
        raise running.error
    return running.answer[0]


class _Call(Generic[T]):
    """A call in its own thread. When ``abandoned`` is set, storages end its transfer at the next
    bytes."""

    def __init__(self, call: Callable[[], T]) -> None:
        self.done, self.abandoned = threading.Event(), threading.Event()
        self.answer: list[T] = []
        self.error: Exception | None = None
        self._call = call
        threading.Thread(target=self._work, name="transfer", daemon=True).start()

    def _work(self) -> None:
        try:
            with stop_when(self.abandoned.is_set):
                self.answer.append(self._call())
        except Exception as error:
            self.error = error
        finally:
            self.done.set()
