"""Other releases of the product, taken from this checkout's history."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from tests.servers import kept
from tests.servers.app import ROOT

PREVIOUS = "bcdb1dd"
"""The commit of the previous release: this one must get on with its rows, objects and processes."""


class HistoryMissing(Exception):
    """Raised when the checkout lacks a commit, since it is a shallow clone or not a clone."""


def unpack(commit: str, folder: Path) -> Path:
    """Write the files of a commit into an empty folder, with a virtual environment of the packages
    that the commit pins, and return the folder.

    Raises `HistoryMissing`, and `Failed` where the packages cannot be installed.
    """
    archive = ["git", "-C", str(ROOT), "archive", "--format=tar", commit]
    try:
        done = subprocess.run(archive, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise HistoryMissing(f"{commit} is not in the history of this checkout") from error
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=BytesIO(done.stdout)) as files:
        # Debian 12's Python has no `filter` argument for extractall.
        files.extraction_filter = getattr(tarfile, "data_filter", None)
        files.extractall(folder)
    packages = kept.environment(f"release-{commit}", folder / "requirements" / "production.txt")
    (folder / ".venv").symlink_to(packages)
    return folder
