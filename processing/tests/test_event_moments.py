"""Events tell what really happened, at that moment and once, however often it is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from processing import services as processing
from processing.models import Run, Task
from processing.pipeline import claim as claiming
from processing.pipeline import finish
from processing.pipeline.claim import claim
from processing.pipeline.lease import LeaseLost
from processing.pipeline.retry import Blame, Problem
from processing.tests.pretended import SPANS, outcome
from videos import duplicates
from videos.ingest import closing, uploads
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Event, Rendition, Upload, Video
from videos.tests.test_event_kinds import told


def kinds(video: Video) -> list[str]:
    return [event.type for event in told(video)]


def only(video: Video, kind: str) -> list[dict[str, Any]]:
    return [event.payload for event in told(video) if event.type == kind]


def taken(queue: str) -> Task:
    task = claim(queue, worker="me")
    assert task is not None
    return task


def test_the_life_of_a_video_is_told_in_order(video: Video, work_off: Callable[[], None]) -> None:
    work_off()
    renditions = Rendition.objects.filter(release=Video.objects.get().release)
    assert kinds(video)[:5] == [
        "video.created",
        "video.upload.completed",
        "job.queued",
        "video.processing.started",
        "video.playable",
    ]
    assert [kind for kind in kinds(video)[5:] if kind.startswith("video.r")] == [
        *["video.rendition.ready"] * renditions.count(),
        "video.ready",
    ]
    ready = [payload["rendition"] for payload in only(video, "video.rendition.ready")]
    assert [one["name"] for one in ready] == [one.name for one in renditions.largest_first()]
    for one, row in zip(ready, renditions.largest_first(), strict=True):
        assert (one["width"], one["height"], one["codec"]) == (row.width, row.height, row.codec)
        assert one["bitrate"] == pytest.approx(row.bitrate, rel=0.05)


def test_a_job_begins_once_however_often_its_first_task_crashes(video: Video) -> None:
    for _ in range(2):
        finish.fail(taken("media"), Problem("worker_crashed", "It died.", 3, blame=Blame.CRASH))
        Task.objects.update(not_before=None)
    run = Run.objects.get()
    [payload] = only(video, "video.processing.started")
    assert (payload["job"], payload["kind"], payload["status"]) == (
        str(run.pk),
        "first",
        "processing",
    )


def test_a_beginning_that_another_held_up_is_told_with_the_end_of_the_task(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_start_run", lambda run: None)
    task = taken("media")
    assert only(video, "video.processing.started") == []
    finish.finish(task, outcome(task))
    assert len(only(video, "video.processing.started")) == 1
    assert Run.objects.get().status == Run.Status.RUNNING


def test_a_job_that_is_tried_again_begins_again(video: Video) -> None:
    finish.fail(taken("media"), Problem("source_damaged", "It is broken.", 1))
    processing.retry(Run.objects.get())
    assert len(only(video, "video.processing.started")) == 1
    taken("media")
    assert len(only(video, "video.processing.started")) == 2


def test_renditions_are_ready_with_the_last_span_and_once(video: Video) -> None:
    probe = taken("media")
    finish.finish(probe, outcome(probe))
    for number in range(len(SPANS)):
        assert only(video, "video.rendition.ready") == []
        task = taken("encode")
        assert task.number == number
        finish.finish(task, outcome(task))
        with pytest.raises(LeaseLost):  # its message comes twice
            finish.finish(task, outcome(task))
    names = [payload["rendition"]["name"] for payload in only(video, "video.rendition.ready")]
    assert sorted(names) == sorted(set(Rendition.objects.values_list("name", flat=True)))


def test_an_upload_that_ran_out_is_told_once(owner: User) -> None:
    upload = new_upload(owner)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1), received=7)
    stale = Upload.objects.get()
    assert closing.expire_uploads() == 1
    assert closing.expire_uploads() == 0
    assert not closing.give_up(stale)
    video = upload.video
    assert video is not None
    assert kinds(video) == ["video.created", "upload.expired", "video.failed"]
    [payload] = only(video, "upload.expired")
    assert (payload["received"], payload["size"]) == (7, 100)


def test_an_upload_that_was_canceled_has_not_run_out(owner: User) -> None:
    upload = new_upload(owner)
    closing.close(upload, code="duplicate", message="You have it.")
    assert not Event.objects.filter(type="upload.expired").exists()


def test_a_duplicate_that_shares_a_release_has_arrived_too(
    video: Video, work_off: Callable[[], None], owner: User, clip: Path
) -> None:
    work_off()
    file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
    asked = VideoSettings(title="Again", on_duplicate=duplicates.SHARE)
    again = ingest.take_file(owner, file, asked)
    assert kinds(again) == ["video.created", "video.upload.completed", "video.ready"]
    [payload] = only(again, "video.upload.completed")
    assert payload["size"] == clip.stat().st_size


@pytest.mark.parametrize("waits", [True, False])
def test_only_a_video_that_waits_for_a_moderator_is_told_to(
    settings: Any, take_in: Callable[[Path], Video], clip: Path, waits: bool
) -> None:
    settings.MODERATION = "everybody" if waits else "nobody"
    pending = only(take_in(clip), "moderation.pending")
    assert [payload["moderation"] for payload in pending] == (["pending"] if waits else [])


def new_upload(owner: User) -> Upload:
    return uploads.create(
        owner,
        VideoSettings(title="Sea"),
        protocol=Upload.Protocol.TUS,
        filename="sea.mp4",
        size=100,
        expires_in=timedelta(minutes=1),
    )
