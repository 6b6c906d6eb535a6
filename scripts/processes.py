"""The processes of a data folder: tied to their parent, and found by their environment.

On Linux the kernel signals a process when its parent ends, so a supervisor that is killed leaves
nothing behind. macOS has no such mechanism: there, and only after SIGKILL, the processes run until
they are ended by hand. An ordinary stop ends them everywhere.
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
    """Return the prefix that makes a command receive SIGTERM when its parent ends; empty if
    `setpriv` is missing or does not work."""
    words = ("setpriv", "--pdeathsig", "TERM", "--")
    if shutil.which(words[0]) is None:
        return ()
    tried = subprocess.run([*words, "true"], capture_output=True, check=False)
    return () if tried.returncode else words


def left(run: Path) -> list[int]:
    """Return the live processes that were started with this folder as VODLOOM_RUN.

    The environment of other users' processes cannot be read, and without /proc none is found.
    """
    wanted = b"VODLOOM_RUN=" + os.fsencode(run)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def wait_or_kill(run: Path, seconds: float) -> None:
    """Wait until no process of this folder is left, and kill those left after the given seconds."""
    deadline = time.monotonic() + seconds
    while (remaining := left(run)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in remaining:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
