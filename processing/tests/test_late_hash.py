"""A duplicate whose hash its job finds is shared, refused, or waits for the job of the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from processing import services as processing
from processing.models import Run, Task
from processing.monitoring import wait_reasons
from processing.pipeline import work
from processing.pipeline.claim import claim
from processing.steps import late_hash
from processing.steps.context import TaskContext
from videos import lifecycle, purge
from videos.ingest import services as ingest
from videos.ingest.settings import Clip, VideoSettings
from videos.models import Event, Release, Source, StoredObject, Upload, Video
from videos.pages import cards

Take = Callable[..., Video]


@pytest.fixture
def late(owner: User, clip: Path) -> Take:
    """Take the file in as one whose bytes came past the server: its hash is not known."""

    def take(on_duplicate: str, **asked: object) -> Video:
        file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
        unhashed = ingest.ArrivedFile(
            file.path, file.filename, file.size, "", file.protocol, keep=True
        )
        settings = VideoSettings(on_duplicate=on_duplicate, **asked)  # type: ignore[arg-type]  # any
        return ingest.take_file(owner, unhashed, settings)

    return take


def _now(video: Video) -> Video:
    return Video.objects.select_related("release", "source").get(pk=video.pk)


def _kinds(video: Video) -> set[str]:
    return set(Task.objects.filter(run__video=video).values_list("kind", flat=True))


def _look_again() -> None:
    Task.objects.filter(state=Task.State.READY).update(not_before=None)


def _probe(video: Video) -> Task:
    """Work on the probe of a video, whoever is first in the queue, and return it."""
    ready = Task.objects.exclude(run__video=video).filter(state="ready")
    others = list(ready.values_list("pk", flat=True))
    ready.update(state="blocked")
    task = claim("media", worker="me")
    assert task is not None
    work.work_on(task)
    Task.objects.filter(pk__in=others).update(state="ready")
    task.refresh_from_db()
    return task


def test_it_shares_the_release_without_encoding(
    ready_video: Video, late: Take, work_off: Callable[[], None], api: APIClient
) -> None:
    video = late("share", title="The same")
    work_off()
    video = _now(video)
    assert (video.status, video.release_id) == ("ready", ready_video.release_id)
    assert (video.source_id, video.duplicate_of_id) == (ready_video.source_id, ready_video.pk)
    assert _kinds(video) == {"probe"}
    run = Run.objects.get(video=video)
    assert (run.status, run.source_id) == ("succeeded", None)
    told = Event.objects.filter(video_id=video.pk).values_list("type", flat=True)
    assert {"video.ready", "job.succeeded"} <= set(told)
    assert api.get(f"/api/v1/jobs/{run.pk}/").json()["shared"] is True
    assert api.get(f"/api/v1/videos/{video.pk}/").json()["playback"]["hls"]
    assert ("Same file as", "A clip, whose files it shares") in cards.facts(video, video.owner)


def test_its_own_file_and_release_are_deleted(
    ready_video: Video, late: Take, work_off: Callable[[], None]
) -> None:
    video = late("share")
    key = Source.objects.get(videos=video).key
    work_off()
    original = StoredObject.objects.get(key=key)
    assert (original.state, original.delete_after) == ("deleting", None)
    assert Source.objects.get() == ready_video.source
    purge.sweep_releases()
    assert Release.objects.get() == ready_video.release


def test_a_refused_one_fails_and_its_bytes_are_deleted(
    ready_video: Video, late: Take, work_off: Callable[[], None]
) -> None:
    video = late("refuse")
    key = Source.objects.get(videos=video).key
    work_off()
    video = _now(video)
    assert (video.status, video.error_code, video.source) == ("failed", "duplicate", None)
    assert video.duplicate_of_id == ready_video.pk
    assert StoredObject.objects.get(key=key).state == "deleting"
    assert Source.objects.get() == ready_video.source
    run = Run.objects.get(video=video)
    assert (run.status, run.error_code) == ("failed", "duplicate")
    with pytest.raises(processing.NoSource):
        processing.retry(run)


@pytest.mark.parametrize("asked", [{"clip": Clip(1.0)}, {"profile": "fast"}])
def test_what_would_be_made_otherwise_is_encoded(
    ready_video: Video, late: Take, work_off: Callable[[], None], asked: dict[str, object]
) -> None:
    video = late("share", **asked)
    work_off()
    assert _now(video).status == "ready"
    assert _now(video).release_id != ready_video.release_id


def test_it_waits_while_the_other_is_being_made(
    video: Video, late: Take, work_off: Callable[[], None]
) -> None:
    later = late("share")
    task = _probe(later)
    assert (task.state, task.attempts) == ("ready", 0)
    assert task.not_before is not None
    reason = wait_reasons.reason_of([task], [], task.created_at)
    assert reason == "probe waits for the job of a video of the same file"
    Task.objects.filter(pk=task.pk).update(not_before=timezone.now() + timedelta(hours=1))
    work_off()  # which leaves what is put off
    assert (_now(video).status, _now(later).status) == ("ready", "processing")
    _look_again()
    work_off()
    assert _now(later).release_id == _now(video).release_id
    assert _kinds(later) == {"probe"}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("end", ["canceled", "trashed", "purged"])
def test_it_is_encoded_if_the_other_comes_to_nothing(
    video: Video, late: Take, work_off: Callable[[], None], end: str
) -> None:
    later = late("share")
    _probe(later)
    if end == "canceled":
        processing.cancel(video)
    elif end == "trashed":
        lifecycle.delete(video.pk)
    else:
        purge.purge(video)
    _look_again()
    work_off()
    later = _now(later)
    assert later.status == "ready"
    assert later.release_id == Run.objects.get(video=later).pk


@pytest.mark.parametrize(
    "order",
    [
        (2, 1, 0),
        pytest.param((0, 1, 2), marks=pytest.mark.thorough),
        pytest.param((1, 2, 0), marks=pytest.mark.thorough),
    ],
)
def test_of_several_that_come_at_once_one_is_encoded(
    late: Take, work_off: Callable[[], None], order: tuple[int, int, int]
) -> None:
    videos = [late("share") for _ in range(3)]
    for number in order:
        _probe(videos[number])
    for _ in range(4):
        work_off()
        _look_again()
    assert {_now(one).status for one in videos} == {"ready"}
    assert len({_now(one).release_id for one in videos}) == 1
    assert sum("encode" in _kinds(one) for one in videos) == 1


def test_of_several_that_come_at_once_one_is_not_refused(
    late: Take, work_off: Callable[[], None]
) -> None:
    videos = [late("refuse") for _ in range(3)]
    work_off()
    assert sorted(_now(one).status for one in videos) == ["failed", "failed", "ready"]


def test_the_first_is_not_refused_for_one_that_came_while_it_was_tried_again(
    late: Take, work_off: Callable[[], None]
) -> None:
    first, second = late("refuse"), late("keep")
    sha256 = "ab" * 32
    task = Task.objects.get(run__video=first)
    late_hash.settle(_context(task), sha256)
    Source.objects.filter(videos=second).update(sha256=sha256)
    task = Task.objects.get(run__video=first)
    assert late_hash.settle(_context(task), sha256) is None


def test_a_worker_that_dies_before_it_shares_loses_nothing(
    ready_video: Video, late: Take, work_off: Callable[[], None]
) -> None:
    video = late("share")
    assert ready_video.source is not None
    task = Task.objects.get(run__video=video)
    assert late_hash.settle(_context(task), ready_video.source.sha256) is not None
    work_off()  # the same again, from the hash that is stored
    assert _now(video).release_id == ready_video.release_id


def test_what_was_found_may_be_gone_when_it_is_to_be_shared(
    ready_video: Video, late: Take, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    video = late("share")
    real = late_hash.settle

    def settle(context: TaskContext, sha256: str) -> object:
        found = real(context, sha256)
        lifecycle.delete(ready_video.pk)
        return found

    monkeypatch.setattr(late_hash, "settle", settle)
    _probe(video)
    monkeypatch.undo()
    assert _now(video).status == "processing"
    _look_again()
    work_off()
    assert _now(video).release_id == Run.objects.get(video=video).pk


def _context(task: Task) -> TaskContext:

    return cast(TaskContext, SimpleNamespace(run=task.run, source=task.run.source))
