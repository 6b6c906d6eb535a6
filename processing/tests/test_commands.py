"""What operators type."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from processing.models import Run, Task
from videos.models import Video


@pytest.fixture
def failed(
    take_in: Callable[[Path], Video], text_file: Path, work_off: Callable[[], None]
) -> Video:
    """A video that failed."""
    video = take_in(text_file)
    work_off()
    return video


def _queued() -> int:
    return Run.objects.filter(status=Run.Status.QUEUED).count()


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--failed"], 1),
        (["--failed", "--error-code", "source_not_video"], 1),
        (["--error-code", "worker_crashed"], 0),
        (["--failed", "--owner", "OWNER@example.com"], 1),
        (["--failed", "--owner", "other@example.com"], 0),
        (["--failed", "--since", "2020-01-01"], 1),
        (["--failed", "--since", "2100-01-01T00:00:00Z"], 0),
        (["--stuck"], 0),
        (["--failed", "--limit", "0"], 0),
    ],
)
def test_reprocess_takes_what_every_condition_means(
    failed: Video, options: list[str], count: int
) -> None:
    call_command("reprocess", *options)
    assert _queued() == count


def test_reprocess_by_profile_and_priority(failed: Video) -> None:
    call_command("reprocess", str(failed.pk), "--profile", "fast", "--priority", "7")
    run = Run.objects.get(status=Run.Status.QUEUED)
    assert (run.profile["name"], run.priority) == ("fast", 7)


def test_a_video_that_stands_still_is_found_and_begun_anew(video: Video) -> None:
    Task.objects.update(state=Task.State.CANCELED)
    call_command("reprocess", "--stuck", "--dry-run")
    assert Run.objects.count() == 1
    call_command("reprocess", "--stuck")
    assert set(Run.objects.values_list("status", flat=True)) == {"canceled", "queued"}
    video.refresh_from_db()
    assert video.status == Video.Status.PROCESSING


def test_a_video_that_waits_its_turn_is_not_stuck(video: Video) -> None:
    call_command("reprocess", "--stuck")
    assert Run.objects.count() == 1


def test_runs_says_why_each_waits(
    video: Video, owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("jobs")
    told = capsys.readouterr().out
    assert str(Run.objects.get().pk) in told
    assert "no worker serves the queue media" in told
    assert "1 listed." in told


def test_a_wrong_moment_is_refused(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("reprocess", "--since", "yesterday")
