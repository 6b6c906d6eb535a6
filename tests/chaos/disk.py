"""A disk that can be made full."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SIZE = 2 * 1024**3
_ATTEMPTS = 20


class MountRefused(Exception):
    """Raised when this user may not mount file systems."""


@dataclass
class SmallDisk:
    """A file system in memory that can be made full."""

    path: Path
    is_full: bool = False

    def fill(self) -> None:
        """Leave no byte free. It may take some tries, since files are written meanwhile."""
        for _ in range(_ATTEMPTS):
            used = int(_run("df", "--block-size=1", "--output=used", self.path).split()[-1])
            try:
                self._resize(max(used, 4096))
            except MountRefused:
                time.sleep(0.01)
                continue
            self.is_full = True
            return

    def make_room(self) -> None:
        """Restore the original size."""
        self._resize(_SIZE)
        self.is_full = False

    def _resize(self, size: int) -> None:
        _run("mount", "-o", f"remount,size={size}", self.path)


@contextmanager
def mounted(path: Path) -> Iterator[SmallDisk]:
    """Mount a disk at a new folder and unmount it at the end; raise `MountRefused`."""
    path.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", path)
    try:
        yield SmallDisk(path)
    finally:
        _run("umount", "--lazy", path)


def _run(*words: str | Path) -> str:
    try:
        done = subprocess.run(list(words), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise MountRefused(str(error)) from error
    return done.stdout
