"""Runs FFmpeg and similar programs: the only module of the project that starts processes.

One loop watches the clock, the progress, the size of the output and requests to stop. However it
ends, the whole process group is gone before `run` returns or raises.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from processing.ffmpeg.errors import (
    DiskFull,
    Interrupted,
    MediaError,
    OutputTooLarge,
    ProcessStalled,
    ProcessTimedOut,
    ToolMissing,
)
from processing.ffmpeg.running import verdict
from processing.ffmpeg.running.log_tail import LogTail, Scrubber
from processing.ffmpeg.running.progress import Progress, ProgressParser
from processing.ffmpeg.running.termination import cpu_seconds, end, has_ended

if TYPE_CHECKING:
    from processing.ffmpeg.running.sandbox import Sandbox

MAX_STDOUT = 32 * 1024 * 1024
_TICK = 0.2
# The programs get nothing of our own environment (keys, addresses).
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "SVT_LOG": "1",  # only errors: its banner would fill the log
}


@dataclass(frozen=True)
class Limits:
    """The limits of one program: seconds of wall clock, seconds without progress, bytes written,
    bytes of memory, seconds of CPU, and bytes of standard output where that is kept."""

    wall_seconds: float
    stall_seconds: float = 60
    output_bytes: int = 50 * 1024**3
    memory_bytes: int = 4 * 1024**3
    cpu_seconds: int | None = None
    stdout_bytes: int = MAX_STDOUT


@dataclass(frozen=True)
class Finished:
    """A program that ended without error. `argv` and `log` are fit for people to see; `complaints`
    has the number of decoder complaints by stream."""

    argv: tuple[str, ...]
    stdout: bytes
    log: str
    seconds: float
    complaints: Mapping[str, int] = field(default_factory=dict)


class Listener(Protocol):
    """What takes a program's standard output as it comes: a file, or a reader of it."""

    def write(self, data: bytes, /) -> object:
        """Take in a part; an error that this raises ends the program."""


def never() -> None:
    """Return None: the `should_stop` of work that nobody stops."""
    return None


def run(
    argv: Sequence[str],
    *,
    limits: Limits,
    sandbox: Sandbox,
    reads: Sequence[Path],
    writes: Path | None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], str | None] = never,
    said: Listener | None = None,
) -> Finished:
    """Run a program to its end and return its output.

    It may read `reads` and write into the folder `writes`, all absolute. With `on_progress` its
    standard output is parsed as `-progress pipe:1` and must advance within the stall limit. Without
    it, standard output is kept (32 MiB unless the limits say otherwise), in memory, or it goes to
    `said`. `should_stop` is called several times a second and returns a reason to stop.

    Raises `ToolMissing` or `SandboxUnavailable` (it could not start), `ProcessFailed` (it ended
    with an error), `ProcessKilled` (by a signal that was not ours, or for lack of memory),
    `DiskFull`, `ProcessStalled`, `ProcessTimedOut`, `OutputTooLarge` or `Interrupted`.
    """
    started = time.monotonic()
    scrubber = Scrubber([*reads, *([writes] if writes else [])])
    shown = scrubber.argv(argv)
    output = _Output(on_progress, limits.stdout_bytes, said)
    watch = _Watch(limits, writes, should_stop, output)
    killed_before = verdict.memory_kills()
    process: subprocess.Popen[bytes] | None = None
    try:
        process = _start(_command(argv, limits, sandbox, reads, writes))
        _follow(process, output, watch)
        used = cpu_seconds(process)
        end(process, sandbox)
        if process.returncode:
            # As process 1 of its sandbox, the program gets no SIGXFSZ, only a write error.
            watch.look_at_output()
            error = verdict.error_of(
                process.returncode,
                output.log,
                writes=writes,
                memory_killed=verdict.memory_kills() > killed_before,
                cpu_used_up=limits.cpu_seconds is not None and used >= limits.cpu_seconds - 1,
            )
            verdict.raise_if_stopping(error, should_stop)
            raise error
        if verdict.disk_is_full(output.log, writes):
            raise DiskFull
    except MediaError as error:
        error.argv, error.log = list(shown), scrubber.text(output.log.text())
        raise
    finally:
        if process is not None:
            end(process, sandbox)
    seconds = time.monotonic() - started
    log, complaints = scrubber.text(output.log.text()), dict(output.log.complaints.counts)
    return Finished(shown, bytes(output.stdout), log, seconds, complaints)


def _command(
    argv: Sequence[str],
    limits: Limits,
    sandbox: Sandbox,
    reads: Sequence[Path],
    writes: Path | None,
) -> list[str]:
    program = shutil.which(argv[0])
    if program is None:
        raise ToolMissing(f"The program {Path(argv[0]).name} was not found.")
    wrapped = sandbox.wrap([str(Path(program).absolute()), *argv[1:]], reads, writes)
    return [*_niced(), *_limited(limits), *wrapped]


def _niced() -> list[str]:
    return ["nice", "-n", "10"] if shutil.which("nice") else []


def _limited(limits: Limits) -> list[str]:
    """Return the command that sets kernel limits, if util-linux is there to set them (not on
    macOS)."""
    if shutil.which("prlimit") is None:
        return []
    command = ["prlimit", f"--data={limits.memory_bytes}", f"--fsize={limits.output_bytes}"]
    if limits.cpu_seconds is not None:
        command.append(f"--cpu={limits.cpu_seconds}")
    return [*command, "--core=0"]


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise ToolMissing(f"The program {Path(command[0]).name} was not found.") from error


class _Output:
    """Collects both streams; `position` changes whenever the work advances."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None] | None,
        most: int,
        said: Listener | None = None,
    ) -> None:
        self._left, self._said = most, said
        self.stdout = bytearray()
        self.log = LogTail()
        self.position: Any = None
        self.reports = on_progress is not None
        self._on_progress = on_progress
        self._parser = ProgressParser()

    def feed_stdout(self, data: bytes) -> None:
        if self._on_progress is None:
            self._keep(data)
            return
        for report in self._parser.feed(data):
            self.position = (report.frame, report.out_seconds)
            self._on_progress(report)

    def _keep(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise OutputTooLarge("The program said more than is kept of it.")
        if self._said is None:
            self.stdout += data
        else:
            self._said.write(data)


class _Watch:
    """Raises when a limit is reached or a stop is requested."""

    def __init__(
        self,
        limits: Limits,
        writes: Path | None,
        should_stop: Callable[[], str | None],
        output: _Output,
    ) -> None:
        self._limits, self._writes, self._should_stop = limits, writes, should_stop
        self._output = output
        self._started = self._moved = self._measured = time.monotonic()
        self._position: Any = None

    def look(self) -> None:
        now = time.monotonic()
        reason = self._should_stop()
        if reason is not None:
            raise Interrupted(reason)
        if now - self._started > self._limits.wall_seconds:
            raise ProcessTimedOut()
        self._look_for_stall(now)
        if now - self._measured > 1:
            self._measured = now
            self.look_at_output()

    def look_at_output(self) -> None:
        if self._writes is not None and _size_of(self._writes) >= self._limits.output_bytes:
            raise OutputTooLarge()

    def _look_for_stall(self, now: float) -> None:
        if self._output.position != self._position:
            self._position, self._moved = self._output.position, now
        elif self._output.reports and now - self._moved > self._limits.stall_seconds:
            raise ProcessStalled()


def _size_of(folder: Path) -> int:
    """Return the bytes in a folder. A file, or the folder of a task that was taken away, may vanish
    meanwhile."""
    total = 0
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            with contextlib.suppress(FileNotFoundError):
                total += entry.stat(follow_symlinks=False).st_size
    return total


def _follow(process: subprocess.Popen[bytes], output: _Output, watch: _Watch) -> None:
    """Read both pipes until the program has ended, and check the limits all the while."""
    feeds = ((process.stdout, output.feed_stdout), (process.stderr, output.log.feed))
    with selectors.DefaultSelector() as selector:
        for pipe, feed in feeds:
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, feed)
        next_look = 0.0
        while True:
            ended = has_ended(process)
            ready = selector.select(0 if ended else _TICK) if selector.get_map() else []
            for key, _ in ready:
                data = os.read(key.fd, 65536)
                key.data(data) if data else selector.unregister(key.fileobj)
            if ended and not ready:
                return
            if not selector.get_map() and not ended:
                time.sleep(0.01)
            if time.monotonic() >= next_look:
                watch.look()
                next_look = time.monotonic() + _TICK
