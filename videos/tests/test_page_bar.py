"""One bar from the first byte to ready."""

import pytest

from videos.pages import bar


def test_processing_goes_on_where_the_upload_ended() -> None:
    assert bar.percent(0.0, begins_at=bar.UPLOAD_SHARE) == bar.UPLOAD_SHARE
    assert bar.percent(50.0, begins_at=30.0) == 65.0
    assert bar.percent(100.0, begins_at=bar.UPLOAD_SHARE) == 100.0
    assert bar.percent(40.0, begins_at=0.0) == 40.0


@pytest.mark.parametrize(
    ("stage", "percent", "place", "shown"),
    [
        ("waiting", 0.0, 0, "Waiting for its turn"),
        ("waiting", 2.0, 3, "Waiting for its turn"),
        ("waiting", 2.0, 0, "Preparing the video"),
        ("inspecting", 1.0, None, "Looking at the file"),
        ("encoding", 3.0, None, "Preparing the video"),
        ("waiting", 14.0, 3, "Preparing the video"),
        ("waiting", 98.0, None, "Preparing the video"),
        ("publishing", 98.0, None, "Finishing up"),
        ("a_stage_of_tomorrow", 50.0, None, "Waiting for its turn"),
    ],
)
def test_what_was_begun_is_not_said_to_wait(
    stage: str, percent: float, place: int | None, shown: str
) -> None:
    assert bar.stage(stage, percent, place) == shown


@pytest.mark.parametrize(
    ("seconds", "place", "percent", "shown"),
    [
        (None, 3, 0.0, "4th in the queue"),
        (None, None, 1.0, "Estimating…"),
        (None, 3, 14.0, "Estimating…"),
        (40, 3, 0.0, "40 s left"),
    ],
)
def test_no_time_is_said_before_it_is_measured(
    seconds: int | None, place: int | None, percent: float, shown: str
) -> None:
    assert bar.time_left(seconds, place, percent) == shown
