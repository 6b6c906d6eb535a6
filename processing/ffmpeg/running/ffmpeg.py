"""FFmpeg as it is installed: its programs, the walls they run in, and what they can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from processing.ffmpeg.running import piped, runner
from processing.ffmpeg.running.progress import Progress
from processing.ffmpeg.running.runner import Finished, Limits, never
from processing.ffmpeg.running.sandbox import Mode, Sandbox, detect

_LIMITS = Limits(wall_seconds=30)


@dataclass(frozen=True)
class FFmpeg:
    """Two programs, by name or path, which run in the strongest sandbox that works and is allowed.

    Whatever runs them raises as `runner.run` does.
    """

    program: str = "ffmpeg"
    ffprobe: str = "ffprobe"
    mode: Mode = "auto"

    @property
    def sandbox(self) -> Sandbox:
        """The walls around what is run. Raises `SandboxUnavailable`."""
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
        said: BinaryIO | None = None,
    ) -> Finished:
        """Run a command of either program; what it says goes into the file `said`."""
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
        """Run a command that reads in `pipe` what `feeder` writes."""
        return piped.run(
            feeder, argv, pipe=pipe, limits=limits, sandbox=self.sandbox, reads=reads,
            writes=writes, on_progress=on_progress, should_stop=should_stop,
        )  # fmt: skip

    def has_encoder(self, name: str) -> bool:
        """Whether there is an encoder; asked once in a process."""
        return name in _names(self, "-encoders")

    def has_filter(self, name: str) -> bool:
        """Whether there is a filter; asked once in a process."""
        return name in _names(self, "-filters")

    def names(self, listing: str) -> frozenset[str]:
        """The names `-encoders` or `-filters` lists, asked anew."""
        lines = self.about(listing).splitlines()
        return frozenset(name for line in lines for name in line.split()[1:2])

    def about(self, option: str, *, program: str | None = None, inside: bool = False) -> str:
        """What FFmpeg, or the other `program`, says of itself when it is given an option such as
        `-version`. It reads nothing, so it needs no walls, but can be tried `inside` them."""
        argv = [program or self.program, "-hide_banner", option]
        walls = self.sandbox if inside else Sandbox("none")
        said = runner.run(argv, limits=_LIMITS, sandbox=walls, reads=(), writes=None)
        return said.stdout.decode(errors="replace")


@cache
def _names(ffmpeg: FFmpeg, listing: str) -> frozenset[str]:
    return ffmpeg.names(listing)
