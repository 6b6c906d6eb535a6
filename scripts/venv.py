"""The virtual environment in .venv, holding what a lock file in requirements/ pins."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.console import must_work, say


def ensure(root: Path, lock_name: str) -> Path:
    """Make .venv hold requirements/<lock_name>.txt; return its folder of commands.

    Nothing is done when the lock file is the one installed last. Two commands
    started at once wait for each other. Raises Failed.
    """
    folder = root / ".venv"
    lock_file = root / "requirements" / f"{lock_name}.txt"
    stamp = folder / f"installed-{lock_name}"
    wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    with _one_at_a_time(root):
        if not _works(folder / "bin" / "python"):
            say("Creating the virtual environment …")
            must_work([sys.executable, "-m", "venv", "--clear", str(folder)])
        if not (stamp.exists() and stamp.read_text() == wanted):
            say(f"Installing requirements/{lock_name}.txt …")
            must_work(_pip_install(folder, lock_file))
            stamp.write_text(wanted)
    return folder / "bin"


def _pip_install(folder: Path, lock_file: Path) -> list[str]:
    python = str(folder / "bin" / "python")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    return [python, "-m", "pip", "install", *options, "-r", str(lock_file)]


def _works(python: Path) -> bool:
    """Whether the environment's Python still starts (the system's may have been replaced)."""
    if not python.exists():
        return False
    tried = subprocess.run([python, "-c", "import pip"], capture_output=True, check=False)
    return tried.returncode == 0


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    folder = root / ".vodloom"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
