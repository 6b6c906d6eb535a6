"""A worker's look at itself before it takes work."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from django.conf import LazySettings

from processing.ffmpeg.errors import SandboxUnavailable
from processing.ffmpeg.running.sandbox import Mode, Sandbox, detect
from processing.workers import self_check


@pytest.fixture
def counted(settings: LazySettings, tmp_path: Path) -> Path:
    """An FFmpeg that is killed the first time it is started in a test, and works from then on."""
    program, started = tmp_path / "ffmpeg", tmp_path / "started"
    program.write_text(
        f'#!/bin/sh\nif [ ! -e {started} ]; then : > {started}; kill -9 $$; fi\nexec ffmpeg "$@"\n'
    )
    program.chmod(0o755)
    settings.FFMPEG = str(program)
    return started


def test_an_ffmpeg_that_was_killed_while_it_was_looked_at_is_looked_at_again(
    counted: Path,
) -> None:
    assert self_check.faults() == []
    assert counted.exists()


def test_one_that_is_always_killed_is_a_fault(settings: LazySettings, tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    settings.FFMPEG = str(program)
    assert any("FFmpeg does not start" in fault for fault in self_check.faults())


def test_a_full_disk_ends_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts, takes no tasks and says so, until there is room."""

    def no_room(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(self_check, "TemporaryFile", no_room)
    assert self_check.faults() == []


def test_a_folder_that_cannot_be_written_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(self_check, "TemporaryFile", read_only)
    assert self_check.faults() == ["The work folder cannot be written: Read-only file system."]


def test_a_sandbox_whose_trial_was_killed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    killed = iter([True, True])

    def flawed(mode: Mode) -> Sandbox:
        if next(killed, False):
            raise SandboxUnavailable("The sandbox could not be tried.")
        return detect(mode)

    monkeypatch.setattr("processing.ffmpeg.running.ffmpeg.detect", flawed)
    assert self_check.faults() == []
