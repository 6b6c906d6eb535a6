"""What dead processes left on this machine's disk."""

import shutil
import time
from pathlib import Path

import structlog
from django.conf import settings

from processing.models import Task

logger = structlog.get_logger(__name__)

# What check_release's folders in the work folder begin with: no task holds them.
CHECK = "check-"
# A folder younger than the look at the tokens may be of a task claimed since.
_FOLDER_AGE_SECONDS = 10
# A download or an upload that takes longer than this is dead.
_PARTIAL_AGE_SECONDS = 24 * 3600


def remove() -> int:
    """Delete work folders of no running task, and partial files; how many there were."""
    return sum(_remove(path) for path in left_over())


def left_over(age_seconds: float = 0) -> list[Path]:
    """Work folders of no running task, and partial files, touched last so long ago."""
    now = time.time() - age_seconds  # before the tokens are read, however long that takes
    running = Task.objects.filter(state=Task.State.RUNNING).values_list("token", flat=True)
    held = {str(token) for token in running}
    old = _older(settings.WORK_DIR, "*", now - _FOLDER_AGE_SECONDS)
    gone = [p for p in old if p.name not in held and not p.name.startswith(CHECK)]
    partial = [
        *_older(settings.WORK_DIR, f"{CHECK}*", now - _PARTIAL_AGE_SECONDS),
        *_older(settings.UPLOAD_DIR, "*", now - _PARTIAL_AGE_SECONDS),
        *_older(settings.SOURCE_CACHE_DIR, "*.part", now - _PARTIAL_AGE_SECONDS),
        *_older(settings.SOURCE_CACHE_DIR, "*.lock", now - _PARTIAL_AGE_SECONDS),
    ]
    return [*gone, *partial]


def _remove(path: Path) -> bool:
    """Whatever it is; False, with a warning, when it cannot be: the others go all the same."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False  # somebody else removed it just now
    except OSError as error:
        logger.warning("temp_file_stays", name=path.name, reason=error.strerror)
        return False
    return True


def _older(folder: Path, pattern: str, until: float) -> list[Path]:
    """What was touched last before that moment (s since 1970)."""
    if not folder.is_dir():
        return []
    return [path for path in folder.glob(pattern) if _modified(path) < until]


def _modified(path: Path) -> float:
    """Of a link its own time, wherever it leads: what it names may be gone or out of reach."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return time.time()  # its owner removed it just now
