"""``reprocess --only`` and ``--missing``: pictures of many videos are made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models.functions import Now

from processing import remaking
from processing.ffmpeg.errors import ProcessFailed
from processing.models import Run, Task
from processing.steps import STEPS
from processing.steps.context import Outcome, TaskContext
from videos.models import Event, Source, Video

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


def _queued() -> set[str]:
    return set(Task.objects.filter(state=Task.State.READY).values_list("kind", flat=True))


def test_only_the_named_kinds_are_made(
    ready_video: Video, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Event.objects.count()
    call_command("reprocess", str(ready_video.pk), "--only", "thumbnails,poster", "--dry-run")
    assert "1 would get pictures." in capsys.readouterr().out
    assert (_queued(), Event.objects.count()) == (set(), told)
    options = ["--only", "thumbnails", "--priority", "-3", "--owner", ready_video.owner.email]
    call_command("reprocess", *options)
    out = capsys.readouterr().out
    assert f"{ready_video.pk} A clip: thumbnails" in out
    assert "1 will get pictures." in out
    assert _queued() == {"thumbnails"}
    assert Run.objects.get().priority == -3
    call_command("reprocess", *options)
    assert "is being processed, skipped" in capsys.readouterr().err


def test_missing_pictures_are_found_and_made(
    ready_video: Video, work_off: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("reprocess", "--missing")
    assert _queued() == set()
    Task.objects.filter(kind="thumbnails").update(state=Task.State.FAILED)
    call_command("reprocess", "--missing", "--only", "poster")
    assert _queued() == set()
    call_command("reprocess", "--missing")
    assert _queued() == {"thumbnails"}
    work_off()
    assert remaking.lacks(ready_video, remaking.KINDS) == []
    Task.objects.filter(kind="thumbnails").delete()
    Run.objects.update(profile={**Run.objects.get().profile, "left_out": ["thumbnails"]})
    call_command("reprocess", "--missing")
    assert _queued() == set()
    call_command("reprocess", "--missing", "--only", "thumbnails")
    assert _queued() == {"thumbnails"}


def test_those_of_an_older_version_are_missing(
    ready_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STEPS, "thumbnails", replace(STEPS["thumbnails"], version=9))
    call_command("reprocess", "--missing")
    assert _queued() == {"thumbnails"}


def test_without_the_original_the_rest_is_made(
    ready_video: Video, capsys: pytest.CaptureFixture[str]
) -> None:
    Source.objects.update(dropped_at=Now())
    call_command("reprocess", str(ready_video.pk), "--only", "poster")
    assert "its original was dropped, as its owner chose, skipped" in capsys.readouterr().err
    call_command("reprocess", str(ready_video.pk), "--only", "poster,thumbnails")
    assert "is left out, since that was dropped" in capsys.readouterr().err
    assert _queued() == {"thumbnails"}


def test_waiting_tells_what_could_not_be_made(
    ready_video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(context: TaskContext) -> Outcome:
        raise ProcessFailed

    monkeypatch.setattr("time.sleep", lambda seconds: work_off())
    options: list[Any] = [str(ready_video.pk), "--only", "thumbnails", "--wait"]
    call_command("reprocess", *options)
    monkeypatch.setitem(STEPS, "thumbnails", replace(STEPS["thumbnails"], run=fail))
    with pytest.raises(CommandError, match="1 could not be made"):
        call_command("reprocess", *options)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--only", "smells,poster"], "No such pictures: smells. There are: poster, "),
        (["--only", ""], "No such pictures"),
        (["--only", "poster"], "Say which"),
        (["--missing", "--profile", "default"], "for whole videos"),
        (["--only", "poster", "--stuck"], "for whole videos"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("reprocess", *options)


def test_a_video_that_has_nothing_to_make_them_of_is_told(
    video: Video, capsys: pytest.CaptureFixture[str]
) -> None:
    Run.objects.update(status=Run.Status.FAILED)
    Video.objects.update(status=Video.Status.FAILED, error_code="encode_failed")
    call_command("reprocess", "--failed", "--only", "thumbnails")
    assert "has no complete release" in capsys.readouterr().err
