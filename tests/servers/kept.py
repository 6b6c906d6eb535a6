"""Environments and tools that are made from lock files and kept from one test run to the next."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts import venv
from tests.servers.app import ROOT

KEPT = ROOT / ".vodloom" / "kept"


def environment(name: str, lock: Path) -> Path:
    """Return a virtual environment that holds what a lock file pins. Raises `Failed`."""

    def install(folder: Path) -> None:
        venv.create(folder)
        venv.install(folder, lock, ROOT / "requirements" / "installer.txt")

    return kept(name, [lock], install)


def kept(name: str, pins: Sequence[Path], install: Callable[[Path], None]) -> Path:
    """Return the folder that `install` fills, made now or by an earlier run with the same pins and
    the same Python. What `install` raises leaves no folder behind."""
    digest = hashlib.sha256(sys.version.encode())
    for pin in pins:
        digest.update(pin.read_bytes())
    folder = KEPT / f"{name}-{digest.hexdigest()[:12]}"
    with _one_at_a_time():
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                install(folder)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            (folder / "complete").touch()
    return folder


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
