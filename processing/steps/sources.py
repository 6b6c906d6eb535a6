"""The source as a local file: in place on disk, or in a bounded cache of the bucket's sources.

The tasks of a video and its later runs download it once per machine. The cache is bounded by the
disk's free space as well as by its own size. A file in use is never deleted.
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
    """Raised when a worker cannot write its folder for sources, which is a fault of the worker."""

    code = "work_folder_unusable"
    message = "The worker's folder for sources cannot be used."


def local(context: TaskContext) -> Path:
    """Return a local path of the source that exists until the attempt is over, for reading only.

    Raises ``SourceMissing``.
    """
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
    """Whether the complete file is cached. If so, it is locked until the attempt is over.

    A file that another user of the machine left, and that cannot be read, counts as missing and is
    replaced.
    """
    try:
        file = path.open("rb")
    except OSError:
        return False
    fcntl.flock(file, fcntl.LOCK_SH)
    if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
        file.close()  # it was deleted a moment ago
        return False
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        return False
    os.utime(path)
    context.held.callback(file.close)
    return True


def make_room(needed: int) -> bool:
    """Delete the least recently used files until ``needed`` more bytes fit the cache and the disk.

    Returns whether they fit on the disk with ``MIN_FREE_DISK_BYTES`` left free.
    """
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
    """Delete cached sources until there is room for a task, and return whether there is."""
    return make_room(0)


def drop_unknown() -> int:
    """Delete cached sources that were dropped or have no row any more; return how many were
    deleted."""
    cached = {path.name: path for path in _files()}
    kept = Source.objects.filter(dropped_at=None)
    known = kept.filter(pk__in=[UUID(name) for name in cached])
    for pk in known.values_list("pk", flat=True):
        del cached[pk.hex]
    return sum(_drop(path) for path in cached.values())


def _files() -> list[Path]:
    """Return the files whose names are those of cached sources. Other files are left alone."""
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
    """Delete a cached file unless it is in use, and return whether that succeeded."""
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
    """Wait while another process downloads the source, up to ``_LOCK_SECONDS``: it may be frozen.

    Without the lock the source is only downloaded twice, since the complete file appears by a
    rename. So a lock file of another user that cannot be opened holds up nobody.
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
