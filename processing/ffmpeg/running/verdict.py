"""Why a program ended that we did not stop: its exit status and its output as an error.

A file can make FFmpeg print anything, in lines of its own. So output alone never blames anything
but the file.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

from processing.ffmpeg.errors import (
    DiskFull,
    Interrupted,
    MediaError,
    OutputTooLarge,
    ProcessFailed,
    ProcessKilled,
    ProcessTimedOut,
    RoomDoubtful,
    SandboxUnavailable,
    ToolMissing,
)
from processing.ffmpeg.running.log_tail import LogTail

# bwrap and shells report a signal as 128 + its number; only these signals are accepted so.
_ENDING = frozenset(
    {
        signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGILL, signal.SIGTRAP,
        signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV,
        signal.SIGTERM, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGSYS,
    }
)  # fmt: skip
# Signals a service manager sends to a whole group, so they may arrive before we know of them.
_ASKING = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL})
# FFmpeg catches a request to end and then exits with this status.
_ASKED = 255
# The status of a program that cannot start another one or load its libraries; FFmpeg never has it.
_NOT_STARTED = (126, 127)
_REASON_WITHIN = 0.5
_NO_SPACE = (": No space left on device", ": Disk quota exceeded")
_ROOM_BYTES = 4 * 1024 * 1024
# The messages of FFmpeg, of x264 and of C++.
_NO_MEMORY = re.compile(r"Cannot allocate memory$|malloc of size \d+ failed$|std::bad_alloc")


def error_of(
    code: int, log: LogTail, *, writes: Path | None, memory_killed: bool, cpu_used_up: bool
) -> MediaError:
    """Return the error for an exit status other than 0, given the program's output and where it
    wrote.

    `memory_killed` says that the kernel's memory killer was active meanwhile, `cpu_used_up` that
    the program had used up its allowed processor time.
    """
    number = _signal(code)
    if number == signal.SIGXCPU or (number == signal.SIGKILL and cpu_used_up):
        return ProcessTimedOut()
    if log.begins_with("bwrap: "):
        return SandboxUnavailable()
    if code in _NOT_STARTED:
        return ToolMissing("A program that worked on this video could not be started.")
    if number == signal.SIGXFSZ:
        return OutputTooLarge()
    if disk_is_full(log, writes):
        return DiskFull()
    return _of_words(number, log, memory_killed=memory_killed)


def _of_words(number: int | None, log: LogTail, *, memory_killed: bool) -> MediaError:
    if any(_NO_MEMORY.search(line.rstrip()) for line in log.text().splitlines()):
        return ProcessKilled(number or 0, memory=True)
    if number is not None:
        return ProcessKilled(number, memory=memory_killed and number == signal.SIGKILL)
    return RoomDoubtful() if says_full(log.text()) else ProcessFailed()


def disk_is_full(log: LogTail, writes: Path | None) -> bool:
    """Whether a program reported a full disk and the disk is full; FFmpeg may report it and still
    exit with success."""
    return says_full(log.text()) and writes is not None and not _has_room(writes)


def says_full(log: str) -> bool:
    """Whether the log reports a disk without space, be it the program's own message or a file's."""
    return any(line.rstrip().endswith(_NO_SPACE) for line in log.splitlines())


def _has_room(folder: Path) -> bool:
    """Whether more can be written to the folder, beside what the program left."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(bytes(_ROOM_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.errno not in (errno.ENOSPC, errno.EDQUOT)
    return True


def _signal(code: int) -> int | None:
    if code < 0:
        return -code
    if code == _ASKED:
        return signal.SIGTERM
    return code - 128 if code - 128 in _ENDING else None


def raise_if_stopping(error: MediaError, should_stop: Callable[[], str | None]) -> None:
    """Raise `Interrupted` if a program was asked to end and a reason to stop appears shortly after:
    whoever stops a service signals its programs and us at once."""
    if not isinstance(error, ProcessKilled) or error.signal not in _ASKING:
        return
    deadline = time.monotonic() + _REASON_WITHIN
    while True:
        if reason := should_stop():
            raise Interrupted(reason)
        if time.monotonic() >= deadline:
            return
        time.sleep(0.02)


def memory_kills() -> int:
    """Return how many processes the kernel's memory killer has ended since the machine started; 0
    if the system does not count them."""
    try:
        counters = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    told = (line.partition(" ") for line in counters)
    return next((int(value) for name, _, value in told if name == "oom_kill"), 0)
