"""Checks of a worker by itself: a broken worker would fail every video it claims."""

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
    """Return a sentence for each fault that keeps this worker from working.

    A full disk is no such fault: the worker takes no tasks until there is room, and says so.
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
        # The test itself may have failed: its program was killed, or the machine is busy.
        return _sandbox(tries - 1) if tries > 1 else _NO_SANDBOX.format(error.message)
    except MediaError as error:
        return _NO_SANDBOX.format(error.message)
    return ""


def _work_folder() -> str:
    """Check the work folder, and the folder for sources if it exists; only buckets need that."""
    reason = _why_not_written(settings.WORK_DIR, make=True)
    if reason:
        return f"The work folder cannot be written: {reason}."
    reason = _why_not_written(settings.SOURCE_CACHE_DIR, make=False)
    return f"The folder for sources cannot be written: {reason}." if reason else ""


def _why_not_written(folder: Path, *, make: bool) -> str:
    """Return why a folder cannot be written; empty if it can, or if only its disk is full."""
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
    """Call ``ask`` up to ``tries`` times until the program answers, and return the answer.

    A program that was killed or timed out may still work, since this process may have been frozen
    or the machine busy. So it is tried again.
    """
    try:
        return ask()
    except (ProcessTimedOut, ProcessKilled):
        if tries == 1:
            raise
        return _answered(ask, tries - 1)
