"""Stored objects as files on this machine, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from processing.workers import temp_files
from videos.storage import MediaStorage


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder for one check, and delete it afterwards."""
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=temp_files.CHECK, dir=settings.WORK_DIR) as name:
        yield Path(name)


@contextmanager
def local(store: MediaStorage, key: str) -> Iterator[Path]:
    """Yield an object's local path, or fetch the object for the block. Raises ``ObjectMissing``."""
    path = store.local_path(key)
    if path is not None:
        yield path
        return
    with folder() as own:
        store.fetch(key, own / "object")
        yield own / "object"
