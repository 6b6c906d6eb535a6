"""What a program inside the sandbox can and cannot reach."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from processing.ffmpeg.errors import (
    MediaError,
    ProcessFailed,
    ProcessKilled,
    ProcessTimedOut,
    SandboxUnavailable,
)
from processing.ffmpeg.running import runner
from processing.ffmpeg.running import sandbox as sandbox_module
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.running.sandbox import Sandbox, detect


def run(
    argv: list[str], sandbox: Sandbox, reads: Sequence[Path] = (), writes: Path | None = None
) -> bytes:
    limits = Limits(20)
    return runner.run(argv, limits=limits, sandbox=sandbox, reads=reads, writes=writes).stdout


@pytest.fixture
def bwrap() -> Sandbox:
    found = detect("auto")
    if found.kind != "bwrap":
        pytest.skip("bubblewrap does not work here")
    return found


def test_inside_only_the_input_can_be_read(bwrap: Sandbox, tmp_path: Path) -> None:
    given, other = tmp_path / "given.txt", tmp_path / "other.txt"
    given.write_text("given")
    other.write_text("other")
    done = run(["cat", str(given)], bwrap, [given])
    assert done == b"given"
    for path in (str(other), "/etc/passwd", "/root"):
        with pytest.raises(ProcessFailed):
            run(["cat", path], bwrap, [given])


def test_inside_only_one_folder_can_be_written(bwrap: Sandbox, tmp_path: Path) -> None:
    given, out = tmp_path / "given.txt", tmp_path / "out"
    given.touch()
    out.mkdir()
    run(["touch", f"{out}/made"], bwrap, [given], out)
    assert (out / "made").exists()
    with pytest.raises(ProcessFailed):
        run(["sh", "-c", f"echo x > {given}"], bwrap, [given], out)
    run(["sh", "-c", f"echo x > {tmp_path}/stray || true"], bwrap, [given], out)
    assert {path.name for path in tmp_path.iterdir()} == {"given.txt", "out"}


def test_inside_there_is_no_network(bwrap: Sandbox) -> None:
    def calls(sandbox: Sandbox) -> bool:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.3)
            url = f"tcp://127.0.0.1:{server.getsockname()[1]}?timeout=300000"
            with pytest.raises(ProcessFailed):
                run(["ffprobe", "-rw_timeout", "300000", url], sandbox)
            try:
                server.accept()[0].close()
            except TimeoutError:
                return False
            return True

    assert calls(Sandbox("none"))
    assert not calls(bwrap)


def test_inside_no_other_process_is_seen(bwrap: Sandbox) -> None:
    assert run(["ls", "/proc"], bwrap) == b""


def test_a_program_outside_usr_is_brought_along(bwrap: Sandbox, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho custom\n")
    program.chmod(0o755)
    linked = tmp_path / "ffmpeg"
    linked.symlink_to(program)
    done = run([str(linked)], bwrap)
    assert done == b"custom\n"


def test_off_still_ends_programs_with_their_parent() -> None:
    expected = "pdeathsig" if sys.platform == "linux" else "none"
    assert detect("off").kind == expected


def test_required_raises_where_it_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_works", lambda kind: False)
    with pytest.raises(SandboxUnavailable) as caught:
        detect("required")
    assert caught.value.code == "sandbox_unavailable"
    assert detect("auto").kind == "none"


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_tried", {})


def fails_with(monkeypatch: pytest.MonkeyPatch, error: MediaError) -> None:
    def trial(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr("processing.ffmpeg.running.runner.run", trial)


@pytest.mark.usefixtures("bwrap", "untried")
@pytest.mark.parametrize(
    "passing",
    [
        ProcessTimedOut(),
        ProcessKilled(9),
        SandboxUnavailable(log="bwrap: Creating new namespace: Resource temporarily unavailable"),
    ],
)
def test_a_trial_nobody_can_judge_is_neither_kept_nor_a_reason_to_do_without(
    passing: MediaError,
) -> None:
    with pytest.MonkeyPatch.context() as slow:
        fails_with(slow, passing)
        with pytest.raises(SandboxUnavailable):
            detect("auto")
    assert detect("auto").kind == "bwrap"


@pytest.mark.usefixtures("bwrap", "untried")
def test_a_failed_trial_is_made_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as broken:
        fails_with(broken, SandboxUnavailable(log="bwrap: No permissions"))
        assert detect("auto").kind == "none"
        with pytest.raises(SandboxUnavailable):
            detect("required")
    assert detect("auto").kind == "none"
    later = time.monotonic() + 61
    monkeypatch.setattr("processing.ffmpeg.running.sandbox.time.monotonic", lambda: later)
    assert detect("auto").kind == "bwrap"


@pytest.mark.usefixtures("bwrap")
def test_a_sandbox_that_cannot_be_set_up_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable) as caught:
        run(["true"], Sandbox("bwrap"), [tmp_path / "nothere"])
    assert caught.value.code == "sandbox_unavailable"
