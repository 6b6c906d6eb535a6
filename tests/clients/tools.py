"""Tools of others, pinned, each set in a folder of its own that is kept from one run to the next.

Python's are in a virtual environment made from a lock file, Node's in a ``node_modules`` made from
``package-lock.json``: the project's own environment has none of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from scripts.console import Failed
from tests.servers import kept

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def python_tools(name: str) -> Path:
    """Return the folder of the commands that ``<name>.txt`` pins; skip the test where they cannot
    be installed."""
    return _kept_or_skipped(lambda: kept.environment(name, HERE / f"{name}.txt")) / "bin"


def node() -> Path:
    """Return the folder of the commands of our own Node, with npm; skip the test where it cannot be
    installed."""
    return python_tools("node")


def node_tools(pins: Path = HERE) -> Path:
    """Return the folder whose ``node_modules`` hold what ``package-lock.json`` in ``pins`` pins;
    skip the test where they cannot be installed."""
    commands = node()
    files = [pins / "package.json", pins / "package-lock.json"]

    def install(folder: Path) -> None:
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
        run([str(commands / "npm"), "ci", "--no-audit", "--no-fund", "--silent"], folder)

    return _kept_or_skipped(
        lambda: kept.kept("npm" if pins == HERE else f"npm-{pins.name}", files, install)
    )


def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    """Run a command, with the others of its folder on the path, and return what it prints; fail the
    test with all of its output."""
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


def _kept_or_skipped(make: Callable[[], Path]) -> Path:
    try:
        return make()
    except (Failed, pytest.fail.Exception) as why:
        pytest.skip(f"it cannot be installed here: {why}")
