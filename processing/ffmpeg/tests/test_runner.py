"""Whichever way a program ends, nothing of it is left."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.errors import (
    Interrupted,
    OutputTooLarge,
    ProcessFailed,
    ProcessStalled,
    ProcessTimedOut,
    ToolMissing,
)
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.log_tail import MAX_LINE_BYTES, MAX_LINES
from processing.ffmpeg.running.runner import Finished, Limits
from processing.ffmpeg.running.sandbox import Sandbox, detect

NONE = Sandbox("none")
_numbers = itertools.count()


@pytest.fixture(params=["bwrap", "pdeathsig", "none"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    if request.param == "bwrap" and detect("auto").kind != "bwrap":
        pytest.skip("bubblewrap does not work here")
    return Sandbox(request.param)


@pytest.fixture
def seconds() -> str:
    """A length of sleep no other process has: a mark to find our processes by."""
    return f"7{os.getpid()}.{next(_numbers)}"


def run(
    argv: list[str],
    sandbox: Sandbox = NONE,
    limits: Limits | None = None,
    reads: Sequence[Path] = (),
    writes: Path | None = None,
    **watching: Any,
) -> Finished:
    limits = limits or Limits(20)
    return runner.run(argv, limits=limits, sandbox=sandbox, reads=reads, writes=writes, **watching)


def is_running(mark: str) -> bool:
    def command(process: Path) -> bytes:
        try:
            return (process / "cmdline").read_bytes()
        except OSError:
            return b""

    return any(mark.encode() in command(p) for p in Path("/proc").iterdir() if p.name.isdigit())


def sleepers(seconds: str, before: str = "") -> list[str]:
    """A program with a child in its group, that ignores TERM."""
    return ["sh", "-c", f"trap '' TERM; {before} sleep {seconds} & sleep {seconds}"]


def test_what_it_says_is_kept() -> None:
    done = run(["sh", "-c", "echo out; echo err >&2"])
    assert (done.stdout, done.log, done.argv[0]) == (b"out\n", "err", "sh")


def test_the_wall_clock_ends_the_whole_group(sandbox: Sandbox, seconds: str) -> None:
    with pytest.raises(ProcessTimedOut) as caught:
        run(sleepers(seconds), limits=Limits(0.5), sandbox=sandbox)
    assert caught.value.code == "process_timed_out"
    assert not is_running(seconds)


@pytest.fixture
def adopted() -> Iterator[None]:
    """Whoever loses its parent becomes our child, instead of process 1's."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1)
    yield
    ctypes.CDLL(None).prctl(set_child_subreaper, 0)


@pytest.mark.usefixtures("adopted")
@pytest.mark.parametrize("argv", [["true"], ["false"], ["sleep", "60"]])
def test_no_dead_process_is_left_for_process_1_to_reap(sandbox: Sandbox, argv: list[str]) -> None:
    with contextlib.suppress(ProcessFailed, ProcessTimedOut):
        run(argv, sandbox, Limits(0.4))
    with contextlib.suppress(ChildProcessError):
        assert os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def test_a_stop_ends_the_whole_group_within_seconds(sandbox: Sandbox, seconds: str) -> None:
    told: list[float] = []

    def should_stop() -> str | None:
        if not is_running(seconds):
            return None
        told.append(time.monotonic())
        return "canceled"

    with pytest.raises(Interrupted) as caught:
        run(sleepers(seconds), sandbox=sandbox, should_stop=should_stop)
    assert caught.value.reason == "canceled"
    assert time.monotonic() - told[0] < 10
    assert not is_running(seconds)


def test_output_without_progress_is_a_stall(sandbox: Sandbox, seconds: str) -> None:
    report = "printf 'frame=5\\nout_time_us=200000\\nprogress=continue\\n'"
    talks = f"while true; do {report}; sleep 0.1; done &"
    limits = Limits(wall_seconds=20, stall_seconds=0.6)
    with pytest.raises(ProcessStalled):
        run(sleepers(seconds, talks), limits=limits, sandbox=sandbox, on_progress=lambda _: None)
    assert not is_running(seconds)


def test_an_exception_from_outside_ends_the_whole_group(sandbox: Sandbox, seconds: str) -> None:
    class FromElsewhereError(BaseException):
        pass

    def raising() -> str | None:
        if is_running(seconds):
            raise FromElsewhereError
        return None

    with pytest.raises(FromElsewhereError):
        run(sleepers(seconds), sandbox=sandbox, should_stop=raising)
    assert not is_running(seconds)


def test_a_child_left_behind_does_not_outlive_its_parent(sandbox: Sandbox, seconds: str) -> None:
    argv = ["sh", "-c", f"sleep {seconds} & echo done"]
    started = time.monotonic()
    done = run(argv, sandbox=sandbox)
    assert done.stdout == b"done\n"
    assert time.monotonic() - started < 30
    assert not is_running(seconds)


def test_an_error_exit_raises_with_the_last_lines_and_without_our_paths(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    source = tmp_path / "deep" / "in.mp4"
    source.parent.mkdir()
    source.touch()
    out = tmp_path / "work"
    out.mkdir()
    long_line = "head -c 9000 /dev/zero | tr '\\0' x"
    script = f"(seq 100; {long_line}; echo; echo {source} {out}/a.mp4) >&2; exit 3"
    with pytest.raises(ProcessFailed) as caught:
        run(["sh", "-c", script], sandbox=sandbox, reads=[source], writes=out)
    lines = caught.value.log.splitlines()
    assert lines[-1] == "in.mp4 a.mp4"
    assert len(lines) == MAX_LINES
    assert max(map(len, lines)) == MAX_LINE_BYTES
    assert str(tmp_path) not in caught.value.log + "".join(caught.value.argv)


def test_a_file_beyond_the_limit_is_output_too_large(sandbox: Sandbox, tmp_path: Path) -> None:
    argv = ["sh", "-c", f"exec head -c 3000000 /dev/zero > {tmp_path}/big"]
    limits = Limits(20, output_bytes=1_000_000)
    with pytest.raises(OutputTooLarge):
        run(argv, limits=limits, sandbox=sandbox, writes=tmp_path)
    assert (tmp_path / "big").stat().st_size <= 1_000_000


def test_many_files_beyond_the_limit_are_output_too_large(tmp_path: Path, seconds: str) -> None:
    script = f"for n in 1 2 3; do head -c 400000 /dev/zero > {tmp_path}/$n; done; sleep {seconds}"
    limits = Limits(20, output_bytes=1_000_000)
    with pytest.raises(OutputTooLarge):
        run(["sh", "-c", script], limits=limits, writes=tmp_path)
    assert not is_running(seconds)


def test_endless_talk_is_cut_off() -> None:
    with pytest.raises(OutputTooLarge):
        run(["cat", "/dev/zero"])


def test_our_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-secret")
    for sandbox in (Sandbox("none"), Sandbox("pdeathsig")):
        assert b"a-secret" not in run(["env"], sandbox).stdout


def test_a_missing_program_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing) as caught:
        run([str(tmp_path / "nothere")])
    assert caught.value.code == "ffmpeg_missing"
    assert str(tmp_path) not in caught.value.message


@pytest.mark.parametrize("argv", [["true"], ["false"], ["cat", "/dev/zero"]])
def test_no_descriptor_is_left_open(argv: list[str]) -> None:
    def attempt() -> None:
        with contextlib.suppress(ProcessFailed, OutputTooLarge):
            run(argv)

    attempt()
    assert opened_after(attempt) == opened_after(attempt)


def opened_after(attempt: Callable[[], None]) -> int:
    attempt()
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_folder_that_was_taken_away_is_seen_as_the_stop_it_is(
    seconds: str, tmp_path: Path
) -> None:
    folder, began = tmp_path / "work", time.monotonic()
    folder.mkdir()

    def should_stop() -> str | None:
        if folder.exists():
            folder.rmdir()
        # Later than the folder is looked at for the first time.
        return "lost" if time.monotonic() - began > 2 else None

    with pytest.raises(Interrupted):
        run(["sleep", seconds], writes=folder, should_stop=should_stop)


def test_never_asks_for_no_stop() -> None:
    assert runner.never() is None  # type: ignore[func-returns-value] # its contract is None
