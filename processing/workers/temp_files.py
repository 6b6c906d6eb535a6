"""Remove the files that dead processes left on this machine's disk."""

import fcntl
import re
import shutil
import time
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings

from processing.models import Task
from videos.fetching import partial as fetched
from videos.models import Upload

logger = structlog.get_logger(__name__)

# The prefix of check_release's folders in the work folder. They belong to no task.
CHECK = "check-"
# A younger folder may belong to a task that was claimed after the tokens were read.
_FOLDER_AGE_SECONDS = 10
# The ways in whose bytes a job fetches.
_FETCHED = (Upload.Protocol.URL, Upload.Protocol.SITE, Upload.Protocol.HOOK)
# Partial files untouched for this long belong to a download or an upload that is dead.
_PARTIAL_AGE_SECONDS = 24 * 3600
# Files of one upload (`videos.ingest.receiving`), and the name of the folder of uploads. An image
# that is being fetched has no upload: its files are those of nobody.
_OF_UPLOAD = re.compile(r"([0-9a-f]{32})\.(?:upload|lock|doubtful-?)")
_PLACE = ".place"


def remove() -> int:
    """Delete leftover work folders and partial files, and return how many were deleted."""
    return sum(_remove(path) for path in left_over())


def left_over(age_seconds: float = 0) -> list[Path]:
    """Return work folders of no running task, what was fetched in vain, and old partial files.

    ``age_seconds`` is added to the age that each must have.
    """
    now = time.time() - age_seconds  # before the tokens are read, however long that takes
    running = Task.objects.filter(state=Task.State.RUNNING).values_list("token", flat=True)
    held = {str(token) for token in running}
    old = _older(settings.WORK_DIR, "*", now - _FOLDER_AGE_SECONDS)
    gone = [p for p in old if p.name not in held and not p.name.startswith(CHECK)]
    partial = [
        *_older(settings.WORK_DIR, f"{CHECK}*", now - _PARTIAL_AGE_SECONDS),
        *_of_nobody(_older(settings.UPLOAD_DIR, "*", now - _PARTIAL_AGE_SECONDS)),
        *_older(settings.SOURCE_CACHE_DIR, "*.part", now - _PARTIAL_AGE_SECONDS),
        *_older(settings.SOURCE_CACHE_DIR, "*.lock", now - _PARTIAL_AGE_SECONDS),
    ]
    return [
        *gone,
        *partial,
        *_fetched(now - _FOLDER_AGE_SECONDS),
        *_of_closed(_older(settings.UPLOAD_DIR, "*", now - _FOLDER_AGE_SECONDS)),
    ]


def _of_nobody(paths: list[Path]) -> list[Path]:
    return [p for p in paths if p.name != _PLACE and not _OF_UPLOAD.fullmatch(p.name)]


def _of_closed(paths: list[Path]) -> list[Path]:
    """Return the files of uploads that are over, unless they are being stored just now."""
    named = {path: UUID(of[1]) for path in paths if (of := _OF_UPLOAD.fullmatch(path.name))}
    ids = set(named.values())
    ids -= set(Upload.objects.filter(pk__in=ids, finished_at=None).values_list("pk", flat=True))
    over = {pk for pk in ids if not _is_held(settings.UPLOAD_DIR / f"{pk.hex}.lock")}
    return [path for path, pk in named.items() if pk in over]


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock on a file."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _fetched(until: float) -> list[Path]:
    """Return what was fetched for uploads that are over."""
    old = _older(settings.FETCH_DIR, "*", until)
    uploads = Upload.objects.filter(finished_at=None, protocol__in=_FETCHED)
    still_open = set(uploads.values_list("pk", flat=True)) if old else set()
    return [path for path in old if fetched.upload_of(path) not in still_open]


def _remove(path: Path) -> bool:
    """Delete a file or folder. If that fails, return False, with a warning unless it is gone."""
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
    """Return the paths that were last modified before ``until`` (seconds since 1970)."""
    if not folder.is_dir():
        return []
    return [path for path in folder.glob(pattern) if _modified(path) < until]


def _modified(path: Path) -> float:
    """Return the time of the last change; of a link its own, since its target may be missing."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return time.time()  # its owner removed it just now
