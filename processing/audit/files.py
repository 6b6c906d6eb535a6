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
    """A folder of a check's own, gone afterwards."""
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=temp_files.CHECK, dir=settings.WORK_DIR) as name:
        yield Path(name)


@contextmanager
def local(store: MediaStorage, key: str) -> Iterator[Path]:
    """An object where it lies, or fetched for as long as it is looked at. Raises
    ``ObjectMissing``."""
    path = store.local_path(key)
    if path is not None:
        yield path
        return
    with folder() as own:
        store.fetch(key, own / "object")
        yield own / "object"
