"""Errors of programs are named for what they are, and those of an encode for what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.errors import (
    MediaError,
    ProcessFailed,
    ProcessKilled,
    ProcessStalled,
    ProcessTimedOut,
    RoomDoubtful,
)
from processing.ffmpeg.running import runner
from processing.models import Task
from processing.pipeline import retry
from processing.steps import encode
from processing.steps.context import TaskContext
from videos.models import Video


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


def test_files_cut_short_by_a_disk_that_was_full_are_made_again(
    video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """FFmpeg ends well although it could not write out the last bytes, and then there is room."""
    real = encode.encoded
    cut: list[int] = []

    def with_a_full_disk(context: TaskContext, order: EncodeOrder) -> runner.Finished:
        finished = real(context, order)
        if len(cut) == 2:
            return finished
        cut.append(1)
        for path in context.folder.glob("*.mp4"):
            os.truncate(path, path.stat().st_size * 2 // 3)
        said = "Error writing trailer of 180p.mp4: No space left on device\n"
        return replace(finished, log=finished.log + said)

    monkeypatch.setattr(encode, "encoded", with_a_full_disk)
    monkeypatch.setattr(retry, "_FIRST_DELAY", 0.0)
    work_off()
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.READY, "")
    assert Task.objects.get(kind="encode", number=0).attempts == 3


def test_files_that_are_wrong_on_a_disk_with_room_are_wrong(
    video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = encode.encoded

    def wrong(context: TaskContext, order: EncodeOrder) -> runner.Finished:
        finished = real(context, order)
        for path in context.folder.glob("*.mp4"):
            os.truncate(path, path.stat().st_size * 2 // 3)
        return finished

    monkeypatch.setattr(encode, "encoded", wrong)
    work_off()
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "output_invalid")
