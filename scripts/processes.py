"""The processes of a data folder: tied to whoever started them, and found by their environment.

On Linux the kernel tells a process when its parent ends, so that a supervisor which is killed
leaves nothing behind. macOS has no such thing: there, and only after SIGKILL, the processes go
on until they are ended by hand; an ordinary stop ends them everywhere.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from functools import cache
from pathlib import Path


@cache
def tied_to_parent() -> tuple[str, ...]:
    """The words before a command that have it told to stop (SIGTERM) when its parent ends."""
    words = ("setpriv", "--pdeathsig", "TERM", "--")
    if shutil.which(words[0]) is None:
        return ()
    tried = subprocess.run([*words, "true"], capture_output=True, check=False)
    return () if tried.returncode else words


def left(run: Path) -> list[int]:
    """The processes that were started with this folder as VODLOOM_RUN and still live.

    Other people's cannot be looked into, and where there is no /proc none is found.
    """
    wanted = b"VODLOOM_RUN=" + os.fsencode(run)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def wait_or_kill(run: Path, seconds: float) -> None:
    """Wait until none is left, and end what still is when the seconds are over."""
    deadline = time.monotonic() + seconds
    while (remaining := left(run)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in remaining:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
