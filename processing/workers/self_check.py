"""What a worker looks at before it takes work: a broken one would fail every video it claims."""

import errno
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

from django.conf import settings

from processing.ffmpeg.errors import (
    MediaError,
    ProcessKilled,
    ProcessTimedOut,
    SandboxUnavailable,
)
from processing.steps import tools

T = TypeVar("T")

_ENCODERS = ("libx264", "aac")
_TRIES = 3
_NO_SANDBOX = "FFmpeg does not start in its sandbox: {}"
_FULL = {errno.ENOSPC, errno.EDQUOT}


def faults() -> list[str]:
    """A sentence for each thing that keeps this worker from working; none: it is fit.

    A full disk is not among them: it takes no tasks until there is room, and says so.
    """
    found = [_ffmpeg(), _sandbox(), _work_folder()]
    return [fault for fault in found if fault]


def _ffmpeg() -> str:
    try:
        there = tools.ffmpeg()
        able = _answered(lambda: there.names("-encoders"))
        _answered(lambda: there.about("-version", program=there.ffprobe))
    except MediaError as error:
        return f"FFmpeg does not start: {error.message}"
    missing = [name for name in _ENCODERS if name not in able]
    return f"FFmpeg lacks {' and '.join(missing)}." if missing else ""


def _sandbox(tries: int = _TRIES) -> str:
    try:
        _answered(lambda: tools.ffmpeg().about("-version", inside=True))
    except SandboxUnavailable as error:
        # Perhaps it could not be tried: its program was killed, or the machine is busy.
        return _sandbox(tries - 1) if tries > 1 else _NO_SANDBOX.format(error.message)
    except MediaError as error:
        return _NO_SANDBOX.format(error.message)
    return ""


def _work_folder() -> str:
    """Also the folder for sources, where there is one: only those of a bucket need it."""
    reason = _why_not_written(settings.WORK_DIR, make=True)
    if reason:
        return f"The work folder cannot be written: {reason}."
    reason = _why_not_written(settings.SOURCE_CACHE_DIR, make=False)
    return f"The folder for sources cannot be written: {reason}." if reason else ""


def _why_not_written(folder: Path, *, make: bool) -> str:
    """Empty where it can be, and where only room is missing."""
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            with TemporaryFile(dir=folder) as file:
                file.write(b"vodloom")
    except OSError as error:
        return "" if error.errno in _FULL else str(error.strerror)
    return ""


def _answered(ask: Callable[[], T], tries: int = _TRIES) -> T:
    """What a program answers. One that was killed, or took so long that this process was frozen or
    the machine busy, says nothing of whether it works: it is tried again."""
    try:
        return ask()
    except (ProcessTimedOut, ProcessKilled):
        if tries == 1:
            raise
        return _answered(ask, tries - 1)
