"""Hash a source whose bytes did not come through the server, beside other work on its file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from processing.ffmpeg.errors import Interrupted
from processing.steps.context import TaskContext

# Large enough that hashing, during which other threads run, takes most of the time.
_BLOCK = 4 * 1024**2
_LOOK_EVERY_SECONDS = 0.2


def beside(context: TaskContext, path: Path) -> Callable[[], str]:
    """Begin to hash the source, unless its hash is known; return a call that waits for the hash (in
    hex), and raises ``Interrupted`` if the attempt is to stop."""
    if known := context.source.sha256:
        return lambda: known
    stopped, found = threading.Event(), Future[str]()
    thread = threading.Thread(target=_hash, args=(path, stopped, found), daemon=True)
    thread.start()
    context.held.callback(thread.join)
    context.held.callback(stopped.set)

    def wait() -> str:
        while thread.is_alive():
            if reason := context.should_stop():
                raise Interrupted(reason)
            thread.join(_LOOK_EVERY_SECONDS)
        return found.result()

    return wait


def _hash(path: Path, stopped: threading.Event, found: Future[str]) -> None:
    digest, buffer = hashlib.sha256(), memoryview(bytearray(_BLOCK))
    try:
        with path.open("rb", buffering=0) as file:
            while not stopped.is_set() and (count := file.readinto(buffer)):
                digest.update(buffer[:count])
        found.set_result(digest.hexdigest())
    except OSError as error:
        found.set_exception(error)
