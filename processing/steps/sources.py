"""The source as a local file: where it lies on disk, or from a bounded cache of the bucket's.

Chunks of one video, and its later runs, download it once per machine. The cache yields: it is
bounded by the disk's room as much as by its own size, and a file in use is never dropped.
"""

import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

import structlog
from django.conf import settings

from processing.ffmpeg.errors import Interrupted, MediaError
from processing.steps import transfers
from processing.steps.context import SourceMissing, TaskContext
from videos.models import Source
from videos.storage import ObjectMissing, originals

logger = structlog.get_logger(__name__)

_LOCK_SECONDS = 120.0
_LOOK_EVERY_SECONDS = 0.2
_NAME = re.compile("[0-9a-f]{32}")


class CacheUnusable(MediaError):
    """Raised when a worker cannot write its folder for sources: a fault of its own."""

    code = "work_folder_unusable"
    message = "The worker's folder for sources cannot be used."


def local(context: TaskContext) -> Path:
    """A readable local path of the source, there until the attempt is over; do not write to it.
    Raises ``SourceMissing``."""
    key = context.source.key
    try:
        path = transfers.look_for(context, lambda: originals().local_path(key))
        return path if path is not None else _cached(context)
    except ObjectMissing as error:
        transfers.require_there(context, originals())
        raise SourceMissing from error


def _cached(context: TaskContext) -> Path:
    source = context.source
    folder: Path = settings.SOURCE_CACHE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CacheUnusable from error
    path = folder / source.pk.hex
    with _one_at_a_time(folder / f"{source.pk.hex}.lock", context.should_stop):
        while not _is_held(context, path, source.size):
            transfers.look_for(context, lambda: originals().object_size(source.key))
            if not make_room(source.size):
                raise OSError(errno.ENOSPC, "no room for the source")
            try:
                transfers.fetch(context, originals(), source.key, path)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise CacheUnusable from error
    return path


def _is_held(context: TaskContext, path: Path, size: int) -> bool:
    """Whether the file is there whole; then it stays until the attempt is over. One that another
    user of the machine left, and that cannot be read, is replaced."""
    try:
        file = path.open("rb")
    except OSError:
        return False
    fcntl.flock(file, fcntl.LOCK_SH)
    if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
        file.close()  # it was dropped a moment ago
        return False
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        return False
    os.utime(path)
    context.held.callback(file.close)
    return True


def make_room(needed: int) -> bool:
    """Drop the least recently used files until ``needed`` bytes more fit under the bound and leave
    the disk its room; whether they do."""
    files = sorted(_files(), key=_used_at)
    used = sum(_size(path) for path in files)
    for path in files:
        if used + needed <= settings.SOURCE_CACHE_BYTES and _disk_has(needed):
            return True
        size = _size(path)
        if _drop(path):
            used -= size
    return _disk_has(needed)


def free_disk_space() -> bool:
    """Drop cached sources until there is room for a task; whether there is."""
    return make_room(0)


def drop_unknown() -> int:
    """Drop the sources that no row knows any more; how many there were."""
    cached = {path.name: path for path in _files()}
    known = Source.objects.filter(pk__in=[UUID(name) for name in cached])
    for pk in known.values_list("pk", flat=True):
        del cached[pk.hex]
    return sum(_drop(path) for path in cached.values())


def _files() -> list[Path]:
    """The files that are named as those of the cache are: whatever else lies there is not ours."""
    folder: Path = settings.SOURCE_CACHE_DIR
    return [path for path in folder.glob("*") if _NAME.fullmatch(path.name) and path.is_file()]


def _disk_has(needed: int) -> bool:
    free = shutil.disk_usage(_existing(settings.SOURCE_CACHE_DIR)).free
    return bool(free - needed >= settings.MIN_FREE_DISK_BYTES)


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _drop(path: Path) -> bool:
    """Delete a file of the cache unless somebody reads it; one that cannot be deleted stays."""
    try:
        with path.open("rb") as file:
            if not _taken(file):
                return False
            path.unlink(missing_ok=True)
        path.with_suffix(".lock").unlink(missing_ok=True)
    except FileNotFoundError:
        return False
    except OSError as error:
        logger.warning("cached_source_stays", name=path.name, reason=error.strerror)
        return False
    return True


@contextmanager
def _one_at_a_time(path: Path, should_stop: Callable[[], str | None]) -> Iterator[None]:
    """Wait for whoever downloads already; not for ever, since they may be frozen.

    Without the lock the download is only done twice: it appears whole, by a rename. So a lock file
    that cannot be opened, because another user left it, holds up nobody.
    """
    end = time.monotonic() + _LOCK_SECONDS
    with ExitStack() as held:
        try:
            lock = held.enter_context(path.open("w"))
        except OSError as error:
            logger.warning("source_not_locked", name=path.name, reason=error.strerror)
            yield
            return
        while not _taken(lock) and time.monotonic() < end:
            if reason := should_stop():
                raise Interrupted(reason)
            time.sleep(_LOOK_EVERY_SECONDS)
        yield


def _taken(lock: IO[str] | IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
