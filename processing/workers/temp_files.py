"""What dead processes left on this machine's disk."""

import shutil
import time
from pathlib import Path

from django.conf import settings

from processing.models import Task

# A folder younger than the look at the tokens may be of a task claimed since.
_FOLDER_AGE_SECONDS = 10
# A download or an upload that takes longer than this is dead.
_PARTIAL_AGE_SECONDS = 24 * 3600


def remove() -> int:
    """Delete work folders of no running task, and partial files; how many there were."""
    tokens = Task.objects.filter(token__isnull=False).values_list("token", flat=True)
    held = {str(token) for token in tokens}
    gone = [p for p in _older(settings.WORK_DIR, "*", _FOLDER_AGE_SECONDS) if p.name not in held]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    partial = [
        *_older(settings.UPLOAD_DIR, "*", _PARTIAL_AGE_SECONDS),
        *_older(settings.SOURCE_CACHE_DIR, "*.part", _PARTIAL_AGE_SECONDS),
        *_older(settings.SOURCE_CACHE_DIR, "*.lock", _PARTIAL_AGE_SECONDS),
    ]
    for file in partial:
        file.unlink(missing_ok=True)
    return len(gone) + len(partial)


def _older(folder: Path, pattern: str, seconds: float) -> list[Path]:
    if not folder.is_dir():
        return []
    until = time.time() - seconds
    return [path for path in folder.glob(pattern) if _modified(path) < until]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()  # its owner removed it just now
