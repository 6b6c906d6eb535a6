"""The source as a local file: where it lies on disk, or from a bounded cache of the bucket's.

Chunks of one video, and its later runs, download it once per machine.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from processing.ffmpeg.errors import Interrupted
from processing.steps.context import SourceMissing
from videos.models import Source
from videos.storage import ObjectMissing, originals

_LOCK_SECONDS = 120.0
_LOOK_EVERY_SECONDS = 0.2


def local(source: Source, *, should_stop: Callable[[], str | None]) -> Path:
    """A readable local path of the source; do not write to it. Raises ``SourceMissing``."""
    try:
        path = originals().local_path(source.key)
        return path if path is not None else _cached(source, should_stop)
    except ObjectMissing as error:
        raise SourceMissing from error


def _cached(source: Source, should_stop: Callable[[], str | None]) -> Path:
    folder: Path = settings.SOURCE_CACHE_DIR
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / source.pk.hex
    with _one_at_a_time(folder / f"{source.pk.hex}.lock", should_stop):
        if not path.exists() or path.stat().st_size != source.size:
            originals().object_size(source.key)
            make_room(source.size)
            originals().fetch(source.key, path)
        os.utime(path)
    return path


def make_room(needed: int) -> None:
    """Drop the least recently used files until ``needed`` bytes fit under the bound."""
    files = [p for p in settings.SOURCE_CACHE_DIR.iterdir() if not p.suffix]
    files.sort(key=lambda path: path.stat().st_mtime)
    used = sum(path.stat().st_size for path in files)
    for path in files:
        if used + needed <= settings.SOURCE_CACHE_BYTES:
            return
        used -= path.stat().st_size
        path.unlink(missing_ok=True)
        path.with_suffix(".lock").unlink(missing_ok=True)


@contextmanager
def _one_at_a_time(path: Path, should_stop: Callable[[], str | None]) -> Iterator[None]:
    """Wait for whoever downloads already; not for ever, since they may be frozen.

    Without the lock the download is only done twice: it appears whole, by a rename.
    """
    end = time.monotonic() + _LOCK_SECONDS
    with path.open("w") as lock:
        while not _taken(lock) and time.monotonic() < end:
            if reason := should_stop():
                raise Interrupted(reason)
            time.sleep(_LOOK_EVERY_SECONDS)
        yield


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
