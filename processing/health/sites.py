"""Check what imports from sites need: yt-dlp, a JavaScript runtime, cookies, and walls."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings

from processing.ffmpeg.errors import MediaError
from processing.ffmpeg.running.sandbox import detect
from processing.health.catalogue import sites as kinds
from processing.health.finding import CheckResult, well
from processing.site_videos import tool
from videos.fetching import pages

NAME = "Imports from sites"
_AGED_DAYS = 90
_RUNTIMES = ("deno", "node")
# Where the sandbox looks for programs.
_PATH = "/usr/local/bin:/usr/bin:/bin"
_YOUTUBE = "https://www.youtube.com/"


def imports_from_sites() -> list[CheckResult]:
    """Check that videos can be imported from the sites that are allowed, if any is."""
    if not settings.SITE_HOSTS:
        return [well(NAME, "off, since VODLOOM_SITE_HOSTS is empty")]
    found = tool.find(settings.YT_DLP)
    if found is None:
        return [kinds.NO_YT_DLP.at(NAME)]
    days = (datetime.now(tz=UTC).date() - found.released).days
    wrong = list(_wrong(found, days))
    told = f"yt-dlp {found.version}, {days} days old, for {', '.join(settings.SITE_HOSTS)}"
    runtime = _runtime()
    return wrong or [well(NAME, f"{told}; JavaScript by {runtime}" if runtime else told)]


def _wrong(found: tool.Tool, days: int) -> Iterator[CheckResult]:
    if found.is_too_old:
        yield kinds.YT_DLP_TOO_OLD.at(NAME, version=found.version)
    elif days > _AGED_DAYS:
        yield kinds.YT_DLP_AGED.at(NAME, version=found.version, days=days)
    if settings.SITE_COOKIES is not None:
        try:
            settings.SITE_COOKIES.open("rb").close()
        except OSError as error:
            yield kinds.NO_COOKIES.at(NAME, reason=error.strerror)
    if pages.is_allowed(_YOUTUBE, settings.SITE_HOSTS) and _runtime() is None:
        yield kinds.NO_JAVASCRIPT.at(NAME)
    if not _has_walls():
        yield kinds.NO_WALLS.at(NAME)


def _runtime() -> str | None:
    return next((name for name in _RUNTIMES if shutil.which(name, path=_PATH)), None)


def _has_walls() -> bool:
    mode = settings.ENV.sandbox
    try:
        return detect("auto" if mode == "required" else mode).kind == "bwrap"
    except MediaError:
        return True  # it could not be tried now; the check of the sandbox says so
