"""Tools of others, pinned, each set in a folder of its own that is kept from one run to the next.

Python's are in a virtual environment made from a lock file, Node's in a ``node_modules`` made from
``package-lock.json``: the project's own environment has none of them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts import venv
from scripts.console import Failed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEPT = ROOT / ".vodloom" / "clients"


def python_tools(name: str) -> Path:
    """The folder of commands of an environment with what ``<name>.txt`` pins; skips the test where
    it cannot be installed."""
    lock = HERE / f"{name}.txt"

    def install(folder: Path) -> None:
        venv.create(folder)
        venv.install(folder, lock, ROOT / "requirements" / "installer.txt")

    return _kept(name, [lock], install) / "bin"


def node() -> Path:
    """The folder of commands of a Node of our own, with npm; skips the test where there is none."""
    return python_tools("node")


def node_tools() -> Path:
    """The folder that has what ``package-lock.json`` pins in its ``node_modules``; skips the test
    where it cannot be installed."""
    commands = node()
    files = [HERE / "package.json", HERE / "package-lock.json"]

    def install(folder: Path) -> None:
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
        run([str(commands / "npm"), "ci", "--no-audit", "--no-fund", "--silent"], folder)

    return _kept("npm", files, install)


def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    """What a command prints, with the others of its folder on the path; fails the test with all
    it said."""
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        list(command),
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
    return done.stdout


def _kept(name: str, pins: Sequence[Path], install: Callable[[Path], None]) -> Path:
    """The folder made from these pins by these machines' Python, now or by a run before."""
    digest = hashlib.sha256(sys.version.encode())
    for pin in pins:
        digest.update(pin.read_bytes())
    folder = KEPT / f"{name}-{digest.hexdigest()[:12]}"
    with _one_at_a_time():
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                install(folder)
            except (Failed, pytest.fail.Exception) as why:
                shutil.rmtree(folder, ignore_errors=True)
                pytest.skip(f"{name} cannot be installed here: {why}")
            (folder / "complete").touch()
    return folder


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
