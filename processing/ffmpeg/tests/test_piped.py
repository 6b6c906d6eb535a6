"""One program reads what another writes; whichever fails, both are gone and the reason is told."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from processing.ffmpeg.errors import Interrupted, ProcessFailed
from processing.ffmpeg.running import piped
from processing.ffmpeg.running.runner import Finished, Limits
from processing.ffmpeg.running.sandbox import Sandbox


def fed(folder: Path, feeder: str, reader: str, **options: object) -> Finished:
    pipe = folder / "pipe"
    try:
        return piped.run(
            ["sh", "-c", f"PIPE={pipe}; {feeder}"], ["sh", "-c", f"PIPE={pipe}; {reader}"],
            pipe=pipe, limits=Limits(20), sandbox=Sandbox("none"), reads=[], writes=folder,
            **options,  # type: ignore[arg-type]  # what a test names
        )  # fmt: skip
    finally:
        assert not pipe.exists()
        assert not [thread for thread in threading.enumerate() if thread.name == "feeder"]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert fed(tmp_path, "echo words > $PIPE", "cat $PIPE").stdout == b"words\n"


def test_a_writer_that_fails_is_told_though_the_reader_ended_well(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed) as caught:
        fed(tmp_path, "echo some > $PIPE; echo broken >&2; exit 3", "cat $PIPE")
    assert "broken" in caught.value.log


def test_a_writer_that_fails_before_it_writes_ends_the_reader(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ProcessFailed) as caught:
        fed(tmp_path, "echo broken >&2; exit 3", "cat $PIPE")
    assert "broken" in caught.value.log
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("trap", ["", "trap '' PIPE;"])
def test_a_reader_that_has_enough_ends_the_writer(tmp_path: Path, trap: str) -> None:
    feeder = f"{trap} while echo more; do :; done > $PIPE; echo Broken pipe >&2; exit 1"
    assert fed(tmp_path, feeder, "head -c 5 $PIPE").stdout == b"more\n"


def test_a_reader_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProcessFailed) as caught:
        fed(tmp_path, "echo words > $PIPE", "echo unreadable >&2; exit 4")
    assert "unreadable" in caught.value.log


def test_both_end_when_a_stop_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Interrupted) as caught:
        fed(tmp_path, "sleep 30 > $PIPE", "cat $PIPE", should_stop=lambda: "canceled")
    assert caught.value.reason == "canceled"
