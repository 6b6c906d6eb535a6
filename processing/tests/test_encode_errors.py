"""Errors of programs are named for what they are, and those of an encode for what they mean."""

from __future__ import annotations

import pytest

from processing.ffmpeg.errors import (
    MediaError,
    ProcessFailed,
    ProcessKilled,
    ProcessStalled,
    ProcessTimedOut,
    RoomDoubtful,
)
from processing.steps import encode


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProcessFailed(log="its words"), "encode_failed"),
        (RoomDoubtful(), "encode_failed"),
        (ProcessStalled(), "encode_stalled"),
        (ProcessTimedOut(), "encode_timed_out"),
        (ProcessKilled(9), "process_killed"),
    ],
)
def test_what_ends_an_encode_is_named_for_those_who_wait(error: MediaError, code: str) -> None:
    log, kind = error.log, type(error)
    with pytest.raises(MediaError) as caught, encode.named_for_people():
        raise error
    assert (caught.value.code, caught.value.log, type(caught.value)) == (code, log, kind)


@pytest.mark.parametrize("kind", [ProcessFailed, ProcessStalled, ProcessTimedOut])
def test_a_program_that_encodes_nothing_is_called_no_encoder(kind: type[MediaError]) -> None:
    assert "ncode" not in str(kind())
