"""Bytes to and from the storages: waited for while those are away, and stopped when asked.

A storage that is away is nobody's fault, and what is finished is not made again for it: the
attempt waits with its folder, its lease goes on, and only the transfer is tried again.
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
    """Store a finished file in the outputs; it is gone here afterwards."""
    ask(context, lambda: outputs().take_file(key, path, content_type=content_type))


def fetch(context: TaskContext, store: MediaStorage, key: str, path: Path) -> None:
    """Copy an object to a local path. Raises ``ObjectMissing``."""
    look_for(context, lambda: store.fetch(key, path))


def look_for(context: TaskContext, call: Callable[[], T]) -> T:
    """The same as ``ask`` for a single object that is read. One that is refused by a storage that
    answers otherwise is waited for some seconds only: waiting costs others a thread, and coming
    back to it later costs nothing."""
    return ask(context, call, worth_it=lambda: not stoppable(breakers.answers, context.should_stop))


def require_there(context: TaskContext, store: MediaStorage) -> None:
    """Something is missing: raise ``StorageUnavailable`` when all of the storage is."""
    if installation.has_marked():
        look_for(context, lambda: installation.require_mark(store))


def _always() -> bool:
    return True


def ask(
    context: TaskContext, call: Callable[[], T], *, worth_it: Callable[[], bool] = _always
) -> T:
    """What a call to a storage gives, for a day at most. Raises ``Interrupted`` within a second of
    a wish to stop, and ``StorageUnavailable`` when the day is over, or after some seconds when
    ``worth_it`` says that it is not worth waiting."""
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
    """The protocol's code of a request that was answered and refused, which only an operator can
    put right; empty for a storage that does not answer."""
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
    """What a call gives that cannot be interrupted, in a thread that is left to itself when a stop
    is asked for: then ``Interrupted`` is raised at once."""
    running = _Call(call)
    while not running.done.wait(_LOOK_EVERY_SECONDS):
        if reason := should_stop():
            running.abandoned.set()
            raise Interrupted(reason)
    if running.error is not None:
        raise running.error
    return running.answer[0]


class _Call(Generic[T]):
    """A call in a thread of its own; storages end a transfer that was ``abandoned`` at its next
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
