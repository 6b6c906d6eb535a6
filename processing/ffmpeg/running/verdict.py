"""Why a program ended that nobody of us stopped: its exit status and its words as an error.

A file can make FFmpeg say anything, in lines of its own: words alone blame nobody but the file.
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

# bwrap and shells tell a signal as 128 + its number; only these are believed of such a number.
_ENDING = frozenset(
    {
        signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGILL, signal.SIGTRAP,
        signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV,
        signal.SIGTERM, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGSYS,
    }
)  # fmt: skip
# What a service manager sends to a whole group, so that it may arrive before we know ourselves.
_ASKING = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL})
# FFmpeg catches a request to end and then has this status.
_ASKED = 255
# A program that starts another one, or loads its libraries, ends so when that fails; FFmpeg never.
_NOT_STARTED = (126, 127)
_REASON_WITHIN = 0.5
_NO_SPACE = (": No space left on device", ": Disk quota exceeded")
_ROOM_BYTES = 4 * 1024 * 1024
# FFmpeg's own words, those of x264 and those of C++.
_NO_MEMORY = re.compile(r"Cannot allocate memory$|malloc of size \d+ failed$|std::bad_alloc")


def error_of(
    code: int, log: LogTail, *, writes: Path | None, memory_killed: bool, cpu_used_up: bool
) -> MediaError:
    """What an exit status other than 0 means, with what the program said and where it wrote.

    `memory_killed` tells that the kernel's memory killer was at work meanwhile, `cpu_used_up` that
    the program had used the processor time it may have.
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
    """Whether a program found no space where there is none; FFmpeg may say so and still end as if
    all were well."""
    return says_full(log.text()) and writes is not None and not _has_room(writes)


def says_full(log: str) -> bool:
    """Whether a program speaks of a disk without space, or a file speaks so through it."""
    return any(line.rstrip().endswith(_NO_SPACE) for line in log.splitlines())


def _has_room(folder: Path) -> bool:
    """Whether some more can be written there, beside what the program left."""
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
    """Raise `Interrupted` where a program was asked to end and a reason for it turns up: whoever
    stops a service tells its programs and us at once."""
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
    """How many processes the kernel's memory killer has ended since the machine started; 0 where
    nobody counts."""
    try:
        counters = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    told = (line.partition(" ") for line in counters)
    return next((int(value) for name, _, value in told if name == "oom_kill"), 0)
