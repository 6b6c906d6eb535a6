"""The product's static files, collected once for all copies of it that a test run starts."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

_folders: list[Path] = []


def bring_back(folder: Path) -> bool:
    """Fill a folder with what was kept; False if nothing was yet."""
    for kept in _folders:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
    return bool(_folders)


def keep(folder: Path) -> None:
    """Keep what was collected in a folder until the test run ends."""
    kept = Path(tempfile.mkdtemp(prefix="vodloom-static-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    shutil.copytree(folder, kept, dirs_exist_ok=True)
    _folders.append(kept)
