"""What all processes of a test run want and only one of them makes: static files, empty databases.

Workers of a parallel run inherit the folder from the process that started them.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_FOLDER = "FOLDER_OF_THE_TEST_RUN"


def once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of this name that ``make`` has filled, in whichever process was the first.

    What is in it is for all and must not be changed.
    """
    folder = _root() / name
    with (_root() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = folder.with_suffix(".begun")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


def _root() -> Path:
    if _FOLDER not in os.environ:
        root = tempfile.mkdtemp(prefix="vodloom-run-")
        os.environ[_FOLDER] = root
        atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Path(os.environ[_FOLDER])


def begin() -> None:
    """Have a folder, which this process deletes when it ends, unless another one gave it."""
    _root()
