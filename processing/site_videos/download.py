"""Fetch the video of a page: start yt-dlp in the sandbox, beside its proxy, and watch over it."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.conf import settings

from processing.ffmpeg.errors import (
    Interrupted,
    OutputTooLarge,
    ProcessFailed,
    ProcessTimedOut,
    ToolMissing,
)
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.site_videos import command, failures, joining, playlists, tool
from processing.site_videos.command import Page, Told
from videos.fetching import errors, pages, proxy
from videos.fetching.errors import FetchFailed
from videos.fetching.pace import Pace, Speed
from videos.fetching.proxy import Proxy

logger = structlog.get_logger(__name__)

_CODE = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path[:0] = sys.argv[1:4]; "
    "from processing.site_videos.program import main; main(sys.argv[4:])"
)
# The page, its scripts, and what is fetched a second time.
_BESIDE_BYTES = 64 * 1024**2
_OUTPUT_BYTES = 8 * 1024**2
_READ_BYTES = 1024**2
_COOKIES = "cookies.txt"


@dataclass(frozen=True)
class SiteVideo:
    """A file that is complete, and what its page says of it; the hash is in hex."""

    path: Path
    size: int
    sha256: str
    page: Page


@dataclass
class Download:
    """One attempt at the video of a page, in an empty folder of its own.

    ``make_room(count)`` raises ``OSError`` if the disk has no room for that many more bytes.
    """

    url: str
    folder: Path
    ffmpeg: FFmpeg
    most_bytes: int
    should_stop: Callable[[], str | None]
    report: Callable[[Speed], None]
    make_room: Callable[[int], None]
    _pace: Pace = field(default_factory=Pace)
    _moved: float = field(default_factory=time.monotonic)
    _received: int = 0

    def run(self) -> SiteVideo:
        """Fetch the video. Raises ``FetchFailed``, ``Interrupted``, ``OSError``, or an error of the
        runner that is not the page's fault."""
        found = tool.require(settings.YT_DLP)
        self._told = Told(self._require_allowed)
        with Proxy(self.folder, settings.FETCH_PRIVATE) as self._proxy:
            try:
                self._start(found)
            except ProcessFailed as error:
                raise self._failure(error) from error
        return self._arrived()

    def _start(self, found: tool.Tool) -> None:
        limits = runner.Limits(
            wall_seconds=settings.FETCH_SECONDS,
            output_bytes=self.most_bytes + _BESIDE_BYTES,
            stdout_bytes=_OUTPUT_BYTES,
        )
        try:
            self.ffmpeg.run(
                self._command(found.place),
                limits=limits,
                reads=_needed(found.place),
                writes=self.folder,
                should_stop=self._look,
                said=self._told,
            )
        except ProcessTimedOut as error:
            raise errors.timed_out(settings.FETCH_SECONDS) from error
        except OutputTooLarge as error:
            raise errors.too_large(self.most_bytes) from error
        except ToolMissing as error:
            raise failures.of("site_tool_missing") from error

    def _command(self, place: Path) -> list[str]:
        python = str(Path(sys.executable).resolve())
        own = command.options(self.folder, cookies=self._cookies())
        paths = [str(_CODE), str(place), str(tool.packages())]
        where = [str(self.folder), proxy.SOCKET]
        return [python, "-I", "-S", "-B", "-c", _START, *paths, *where, *own, "--", self.url]

    def _cookies(self) -> Path | None:
        """Return a copy of the cookies, since yt-dlp writes into the file; None if there are none,
        which the log says if there should be some."""
        if settings.SITE_COOKIES is None:
            return None
        copy = self.folder / _COOKIES
        try:
            known = settings.SITE_COOKIES.read_bytes()
        except OSError as error:
            logger.warning("site_cookies_missing", reason=error.strerror)
            return None
        copy.touch(mode=0o600)
        copy.write_bytes(known)
        return copy

    def _look(self) -> str | None:
        """Report how far it is; return a reason to stop. Raises ``FetchFailed`` or ``OSError``."""
        if (reason := self.should_stop()) is not None:
            return reason
        told = self._told
        size = max(self._proxy.received - _BESIDE_BYTES, told.received, told.size or 0)
        if size > self.most_bytes:
            raise errors.too_large(self.most_bytes)
        self._look_for_stall()
        if told.received and self._pace.is_due(told.received):
            self.make_room(0)
            self.report(Speed(told.received, told.size, self._pace.bytes_a_second))
        return None

    def _look_for_stall(self) -> None:
        """Raise ``FetchFailed`` if nothing came for a while."""
        now = time.monotonic()
        if self._proxy.received != self._received:
            self._received, self._moved = self._proxy.received, now
        elif now - self._moved > settings.FETCH_SILENCE_SECONDS:
            raise errors.stalled(settings.FETCH_SILENCE_SECONDS)

    def _require_allowed(self, page: Page) -> None:
        """Refuse a page that leads to a site that is not allowed, before its video is fetched."""
        if not pages.is_allowed(page.url, settings.SITE_HOSTS):
            raise failures.of("site_not_allowed")

    def _failure(self, error: ProcessFailed) -> FetchFailed:
        if self._proxy.refused:
            return errors.forbidden_address()
        found = failures.of_words(error.log)
        logger.warning("site_video_failed", code=found.code, said=failures.without_names(error.log))
        return found

    def _arrived(self) -> SiteVideo:
        """Return the file. If yt-dlp was content without one, say why."""
        page, parts = self._told.page, [self._file(name) for name in self._told.files]
        if page is not None and page.is_live is None and playlists.has_live_one(self.folder):
            raise failures.of("site_live")
        match parts:
            case [Path() as path]:
                pass
            case [Path() as picture, Path() as sound]:
                path = joining.joined(picture, sound, self.ffmpeg, self.should_stop)
            case _:
                raise self._without_file()
        if page is None:
            raise self._without_file()
        size, sha256 = self._measured(path)
        return SiteVideo(path, size, sha256, page)

    def _file(self, name: str) -> Path | None:
        """Return a file of the folder; None if there is none of this name."""
        path = self.folder / Path(name).name
        return path if path.is_file() and not path.is_symlink() else None

    def _without_file(self) -> FetchFailed:
        if self._told.is_list:
            return failures.of("site_several_videos")
        page = self._told.page
        return failures.of("site_live" if page is not None and page.is_live else "site_no_video")

    def _measured(self, path: Path) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
                size += len(block)
                if reason := self.should_stop():
                    raise Interrupted(reason)
        if size > self.most_bytes:
            raise errors.too_large(self.most_bytes)
        if not size:
            raise failures.of("site_no_video")
        return size, digest.hexdigest()


def _needed(place: Path) -> list[Path]:
    """Return the paths the program reads: our code, yt-dlp, the packages, and Python if it is not
    in /usr."""
    code = [_CODE / "processing" / "__init__.py", _CODE / "processing" / "site_videos"]
    python = Path(sys.base_prefix).resolve()
    own = [] if python.is_relative_to("/usr") else [python]
    return [*code, tool.packages(), place, *own]
