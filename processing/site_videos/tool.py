"""Which yt-dlp there is: where, of which version, and how old. It is never imported here."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from processing.site_videos import failures

OLDEST = date(2025, 11, 12)
"""The first release that knows all options that are used, and JavaScript runtimes."""

_VERSION_FILE = "yt_dlp/version.py"
_VERSION = re.compile(r"__version__\s*=\s*['\"](\d{4})\.(\d{1,2})\.(\d{1,2})")


@dataclass(frozen=True)
class Tool:
    """A yt-dlp: the folder or zip file that has it, and the day of its release, which is its
    version."""

    place: Path
    released: date

    @property
    def version(self) -> str:
        """The version as yt-dlp writes it."""
        return f"{self.released:%Y.%m.%d}"

    @property
    def is_too_old(self) -> bool:
        """Whether it lacks what is used of it."""
        return self.released < OLDEST


def find(place: Path | None) -> Tool | None:
    """Return the yt-dlp at a place, or the one that is installed; None if there is none."""
    where = place or _installed()
    if where is None:
        return None
    try:
        match = _VERSION.search(_version_text(where))
        return Tool(where, date(*map(int, match.groups()))) if match else None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None


def require(place: Path | None) -> Tool:
    """Return a yt-dlp that can be used. Raises ``FetchFailed``."""
    found = find(place)
    if found is None:
        raise failures.of("site_tool_missing")
    if found.is_too_old:
        raise failures.of("site_tool_too_old")
    return found


def packages() -> Path:
    """Return the folder of the installed packages, of which yt-dlp uses some."""
    spec = find_spec("requests")
    if spec is None or spec.origin is None:
        raise ImportError("requests is not installed")
    return Path(spec.origin).resolve().parents[1]


def _installed() -> Path | None:
    folder = packages()
    return folder if (folder / _VERSION_FILE).is_file() else None


def _version_text(place: Path) -> str:
    if place.is_dir():
        return (place / _VERSION_FILE).read_text()
    with zipfile.ZipFile(place) as file:
        return file.read(_VERSION_FILE).decode()
