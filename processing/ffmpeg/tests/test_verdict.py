"""A program that was ended from outside is told from one that failed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.errors import (
    DiskFull,
    Interrupted,
    MediaError,
    ProcessFailed,
    ProcessKilled,
    ProcessTimedOut,
    RoomDoubtful,
    SandboxUnavailable,
    ToolMissing,
)
from processing.ffmpeg.running import runner, verdict
from processing.ffmpeg.running.log_tail import LogTail
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.running.sandbox import Sandbox, detect

pytestmark = pytest.mark.slow

_FOREVER = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=25"]


@pytest.fixture(params=["bwrap", "pdeathsig", "none"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    if request.param == "bwrap" and detect("auto").kind != "bwrap":
        pytest.skip("bubblewrap does not work here")
    return Sandbox(request.param)


def run(
    argv: Sequence[str],
    sandbox: Sandbox,
    limits: Limits | None = None,
    should_stop: Callable[[], str | None] = runner.never,
) -> None:
    runner.run(
        argv, limits=limits or Limits(20), sandbox=sandbox, reads=(), writes=None,
        should_stop=should_stop,
    )  # fmt: skip


class Killer:
    """Sends a signal to the program with a mark in its command, until it is gone.

    It is asked as `should_stop` is, and never gives a reason."""

    def __init__(self, program: str, mark: str, number: int) -> None:
        self._program, self._mark, self._number = program, mark.encode(), number
        self.sent = threading.Event()

    def __call__(self) -> None:
        for process in self._marked():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, self._number)
                self.sent.set()

    def _marked(self) -> Iterator[int]:
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                program, *rest = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if Path(program.decode()).name == self._program and self._mark in rest:
                yield int(folder.name)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("program", ["ffmpeg", "sleep"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_killed_from_outside_says_so(
    sandbox: Sandbox, program: str, number: signal.Signals
) -> None:
    if program == "sleep" and sandbox.kind == "bwrap" and number != signal.SIGKILL:
        pytest.skip("process 1 of a sandbox hears what it listens to")
    mark = f"7{os.getpid()}.{int(number)}"
    if program == "ffmpeg":
        mark = f"title={mark}"
        argv = [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            *_FOREVER,
            "-metadata",
            mark,
            "-f",
            "null",
            "-",
        ]
    else:
        argv = ["sleep", mark]
    killer = Killer(program, mark, number)
    with pytest.raises(ProcessKilled) as caught:
        run(argv, sandbox, should_stop=killer)
    assert killer.sent.is_set()
    assert caught.value.signal == number
    assert caught.value.code == "process_killed"
    assert not caught.value.memory


@pytest.mark.parametrize("program", ["bwrap"])
def test_a_killed_sandbox_says_so(program: str) -> None:
    if detect("auto").kind != "bwrap":
        pytest.skip("bubblewrap does not work here")
    mark = f"7{os.getpid()}.99"
    with pytest.raises(ProcessKilled):
        run(["sleep", mark], Sandbox("bwrap"), should_stop=Killer(program, mark, signal.SIGKILL))


def test_our_own_signals_are_no_crash(sandbox: Sandbox) -> None:
    with pytest.raises(ProcessTimedOut):
        run(["sleep", "60"], sandbox, Limits(0.3))
    with pytest.raises(Interrupted):
        run(["sleep", "60"], sandbox, should_stop=lambda: "stopping")


def test_a_stop_that_the_program_heard_of_first_is_a_stop(sandbox: Sandbox) -> None:
    mark = f"7{os.getpid()}.98"
    killer = Killer("sleep", mark, signal.SIGKILL)

    def should_stop() -> str | None:
        if killer.sent.is_set():
            return "stopping"
        killer()
        return None

    with pytest.raises(Interrupted) as caught:
        run(["sleep", mark], sandbox, should_stop=should_stop)
    assert caught.value.reason == "stopping"


def test_processor_time_that_is_used_up_is_no_crash(sandbox: Sandbox) -> None:
    with pytest.raises(ProcessTimedOut):
        run(["sh", "-c", "while :; do :; done"], sandbox, Limits(30, cpu_seconds=1))


@pytest.mark.parametrize("megabytes", [200, 300])
def test_the_memory_limit_is_told_as_memory(sandbox: Sandbox, megabytes: int) -> None:
    large = ["-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=25", "-frames:v", "30"]
    argv = ["ffmpeg", "-nostdin", "-v", "error", *large, "-c:v", "libx264", "-f", "null", "-"]
    with pytest.raises(ProcessKilled) as caught:
        run(argv, sandbox, Limits(20, memory_bytes=megabytes * 1024 * 1024))
    assert caught.value.memory, (caught.value.signal, caught.value.log)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB, nearly full."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        (folder / "filling").write_bytes(bytes(8 * 1024 * 1024 - 16 * 1024))
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("size", ["64x64", "640x480"])
def test_a_full_disk_is_told_as_such(sandbox: Sandbox, small_disk: Path, size: str) -> None:
    """Of the smaller one FFmpeg may notice only when it closes the file, and then end well."""
    with pytest.raises(DiskFull) as caught:
        draw(size, small_disk / "out.ts", sandbox, small_disk)
    assert caught.value.code == "disk_full"


def test_words_of_a_full_disk_are_doubted_where_there_is_room(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(RoomDoubtful) as caught:
        draw("640x480", Path("/dev/full"), sandbox, tmp_path, "-xerror")
    assert caught.value.code == "process_failed"


def draw(size: str, out: Path, sandbox: Sandbox, writes: Path, *options: str) -> None:
    drawn = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d=2"]
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", *options, *drawn, "-f", "mpegts", str(out)]
    runner.run(argv, limits=Limits(20), sandbox=sandbox, reads=(), writes=writes)


@pytest.mark.sampled(6)
@pytest.mark.parametrize("words", ["No space left on device", "bwrap: no", "Disk quota exceeded"])
@pytest.mark.parametrize("lines", [1, 60])
def test_a_file_that_speaks_through_ffmpeg_blames_no_worker(
    sandbox: Sandbox, tmp_path: Path, words: str, lines: int
) -> None:
    """What a Matroska file calls its own type, FFmpeg repeats, with its line ends."""
    source = tmp_path / "speaks.mkv"
    frame = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=1", "-c:v", "libx264"]
    subprocess.run(["ffmpeg", "-v", "error", *frame, str(source)], check=True)
    speak(source, ("x\n" + f"file: {words}\n{words}\n" * lines).encode())
    argv = ["ffmpeg", "-nostdin", "-v", "warning", "-i", str(source)]

    def run_with(*more: str) -> None:
        command = [*argv, *more]
        runner.run(command, limits=Limits(20), sandbox=sandbox, reads=[source], writes=tmp_path)

    run_with("-f", "null", "-")
    with pytest.raises(ProcessFailed) as caught:
        run_with("-map", "0:7", "-f", "null", "-")
    assert words in caught.value.log
    assert type(caught.value) in (ProcessFailed, RoomDoubtful)


def speak(path: Path, words: bytes) -> None:
    """Give a Matroska file a type of its own."""
    whole = path.read_bytes()
    length = whole[4] & 0x7F if whole[4] & 0x80 else int.from_bytes(whole[5:12])
    rest = whole[(5 if whole[4] & 0x80 else 12) + length :]

    def element(name: str, content: bytes) -> bytes:
        return bytes.fromhex(name) + (0x4000 | len(content)).to_bytes(2) + content

    fields = {"4286": b"\1", "42F7": b"\1", "42F2": b"\4", "42F3": b"\x08"}
    fields |= {"4282": words, "4287": b"\2", "4285": b"\2"}
    header = b"".join(element(name, content) for name, content in fields.items())
    path.write_bytes(element("1A45DFA3", header) + rest)


@pytest.mark.parametrize(
    ("code", "log", "expected"),
    [
        (1, "", ProcessFailed),
        (69, "", ProcessFailed),
        (234, "Invalid argument", ProcessFailed),
        (-11, "", ProcessKilled),
        (139, "", ProcessKilled),
        (134, "", ProcessKilled),
        (255, "", ProcessKilled),
        (126, "nice: ffmpeg: Exec format error", ToolMissing),
        (127, "prlimit: failed to execute bwrap: No such file or directory", ToolMissing),
        (127, "error while loading shared libraries: libx264.so.164", ToolMissing),
        (1, "bwrap: Can't mount proc", SandboxUnavailable),
        (1, "title : No space left on device, they said", ProcessFailed),
        (1, "av_interleaved_write_frame(): No space left on device", RoomDoubtful),
        (1, "Error closing file: Disk quota exceeded", RoomDoubtful),
        (1, "[mkv] a file's\nbwrap: own words", ProcessFailed),
    ],
)
def test_what_an_exit_status_means(code: int, log: str, expected: type[MediaError]) -> None:
    error = error_of(code, log)
    assert type(error) is expected


def error_of(code: int, said: str, *, memory_killed: bool = False) -> MediaError:
    log = LogTail()
    log.feed(said.encode())
    return verdict.error_of(code, log, writes=None, memory_killed=memory_killed, cpu_used_up=False)


@pytest.mark.parametrize("kind", ["none", "pdeathsig"])
def test_a_program_that_no_longer_starts_is_the_machines_fault(tmp_path: Path, kind: Any) -> None:
    """As after an upgrade beside running work: it is found, and cannot be executed."""
    program = tmp_path / "ffmpeg"
    program.write_bytes(b"\x7fELF\x02\x01\x01 of another machine")
    program.chmod(0o755)
    with pytest.raises(ToolMissing) as raised:
        run([str(program)], Sandbox(kind))
    assert raised.value.code == "ffmpeg_missing"


def test_the_kernels_memory_killer_is_named() -> None:
    def killed(number: int) -> MediaError:
        return error_of(128 + number, "", memory_killed=True)

    by_kernel, crashed = killed(signal.SIGKILL), killed(signal.SIGSEGV)
    assert isinstance(by_kernel, ProcessKilled) and by_kernel.memory
    assert "memory" in by_kernel.message
    assert isinstance(crashed, ProcessKilled) and not crashed.memory
