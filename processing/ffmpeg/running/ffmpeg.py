"""The installed FFmpeg: its programs, the sandbox they run in, and their capabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from processing.ffmpeg.running import piped, runner
from processing.ffmpeg.running.progress import Progress
from processing.ffmpeg.running.runner import Finished, Limits, Listener, never
from processing.ffmpeg.running.sandbox import Mode, Sandbox, detect

_LIMITS = Limits(wall_seconds=30)


@dataclass(frozen=True)
class FFmpeg:
    """The two programs, by name or path, which run in the strongest sandbox that works and is
    allowed.

    The methods that run them raise as `runner.run` does.
    """

    program: str = "ffmpeg"
    ffprobe: str = "ffprobe"
    mode: Mode = "auto"

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox of the programs. Raises `SandboxUnavailable`."""
        return detect(self.mode)

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits,
        reads: Sequence[Path],
        writes: Path | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], str | None] = never,
        said: Listener | None = None,
    ) -> Finished:
        """Run a command of either program; its standard output goes to `said`, if given."""
        return runner.run(
            argv, limits=limits, sandbox=self.sandbox, reads=reads, writes=writes,
            on_progress=on_progress, should_stop=should_stop, said=said,
        )  # fmt: skip

    def run_fed(
        self,
        feeder: Sequence[str],
        argv: Sequence[str],
        *,
        pipe: Path,
        limits: Limits,
        reads: Sequence[Path],
        writes: Path,
        on_progress: Callable[[Progress], None] | None = None,
        should_stop: Callable[[], str | None] = never,
    ) -> Finished:
        """Run a command that reads from `pipe` what `feeder` writes."""
        return piped.run(
            feeder, argv, pipe=pipe, limits=limits, sandbox=self.sandbox, reads=reads,
            writes=writes, on_progress=on_progress, should_stop=should_stop,
        )  # fmt: skip

    def has_encoder(self, name: str) -> bool:
        """Whether FFmpeg has an encoder; asked once in a process."""
        return name in _names(self, "-encoders")

    def has_filter(self, name: str) -> bool:
        """Whether FFmpeg has a filter; asked once in a process."""
        return name in _names(self, "-filters")

    def names(self, listing: str) -> frozenset[str]:
        """Return the names that `-encoders` or `-filters` lists, without a cache."""
        lines = self.about(listing).splitlines()
        return frozenset(name for line in lines for name in line.split()[1:2])

    def about(self, option: str, *, program: str | None = None, inside: bool = False) -> str:
        """Return the output of FFmpeg, or of the other `program`, for an option such as `-version`.
        It reads no file, so it needs no sandbox, but can be tried `inside` it."""
        argv = [program or self.program, "-hide_banner", option]
        walls = self.sandbox if inside else Sandbox("none")
        said = runner.run(argv, limits=_LIMITS, sandbox=walls, reads=(), writes=None)
        return said.stdout.decode(errors="replace")


@cache
def _names(ffmpeg: FFmpeg, listing: str) -> frozenset[str]:
    return ffmpeg.names(listing)
