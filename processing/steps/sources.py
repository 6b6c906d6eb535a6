"""The source as a local file: where it lies on disk, or from a bounded cache of the bucket's.

Chunks of one video, and its later runs, download it once per machine.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from processing.steps.job import SourceMissing
from videos.models import Source
from videos.storage import ObjectMissing, originals


def local(source: Source) -> Path:
    """A readable local path of the source; do not write to it."""
    try:
        path = originals().local_path(source.key)
        return path if path is not None else _cached(source)
    except ObjectMissing as error:
        raise SourceMissing from error


def _cached(source: Source) -> Path:
    folder: Path = settings.SOURCE_CACHE_DIR
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / source.pk.hex
    with _locked(folder / f"{source.pk.hex}.lock"):
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
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
