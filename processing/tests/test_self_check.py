"""A worker's look at itself before it takes work."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

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
