"""What dead and stale attempts stored does not stay."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from processing.models import Task
from processing.pipeline import attempt, finish, work
from processing.pipeline.claim import claim
from videos import strays
from videos.models import Chunk, Release, Rendition, Video
from videos.storage import outputs


def _keys() -> set[str]:
    return {stored.key for stored in outputs().list_prefix("releases/")}


def _listed() -> set[str]:
    posters = Release.objects.exclude(poster_key="").values_list("poster_key", flat=True)
    downloads = Rendition.objects.exclude(download_key="").values_list("download_key", flat=True)
    return {*Chunk.objects.values_list("key", flat=True), *posters, *downloads}


def test_what_a_killed_attempt_stored_is_swept_when_the_run_is_over(
    ready_video: Video, clip: Path
) -> None:
    assert ready_video.release is not None
    stray = f"{ready_video.release.prefix}dead-token/180p/00000.mp4"
    outputs().put_file(stray, clip, content_type="video/mp4")
    assert strays.sweep_strays() == 1
    assert _keys() == _listed()
    assert strays.sweep_strays() == 0


def test_a_stale_worker_removes_what_it_stored(
    video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    work.work_on(claim("media", worker="a") or pytest.fail("no probe"))
    zombie = claim("encode", worker="frozen")
    assert zombie is not None
    Task.objects.filter(pk=zombie.pk).update(lease_until="2000-01-01T00:00:00Z")
    finish.rescue(zombie)
    work_off()
    work.work_on(zombie)
    assert _keys() == _listed()


def test_a_commit_whose_answer_was_lost_keeps_its_outputs(
    video: Video, work_off: Callable[[], None]
) -> None:
    work.work_on(claim("media", worker="a") or pytest.fail("no probe"))
    task = claim("encode", worker="me")
    assert task is not None
    work.work_on(task)
    attempt.delete_stale_outputs(task)
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert _keys() == _listed()


def test_what_a_stale_worker_stored_after_the_sweep_goes_a_day_later(
    ready_video: Video, clip: Path
) -> None:
    assert ready_video.release is not None
    strays.sweep_strays()
    stray = f"{ready_video.release.prefix}dead-token/180p/00000.mp4"
    outputs().put_file(stray, clip, content_type="video/mp4")
    assert strays.sweep_strays() == 0
    two_days_ago = timezone.now() - timedelta(days=2)
    Release.objects.filter(pk=ready_video.release.pk).update(
        completed_at=two_days_ago, swept_at=two_days_ago
    )
    assert strays.sweep_strays() == 1
    assert _keys() == _listed()
    assert strays.sweep_strays() == 0


def test_the_objects_of_a_release_without_a_row_are_swept(ready_video: Video, clip: Path) -> None:
    gone, foreign = f"releases/{uuid4()}/token/180p/00000.mp4", "releases/notes/mine.txt"
    for key in (gone, foreign):
        outputs().put_file(key, clip, content_type="video/mp4")
    assert strays.sweep_unknown() == 1
    assert _keys() == _listed() | {foreign}
    outputs().delete_key(foreign)


def test_a_storage_that_belongs_to_another_database_is_left_alone(
    ready_video: Video, clip: Path
) -> None:
    theirs = {f"releases/{uuid4()}/token/180p/00000.mp4" for _ in range(3)}
    for key in theirs:
        outputs().put_file(key, clip, content_type="video/mp4")
    assert strays.sweep_unknown() == 0
    assert _keys() == _listed() | theirs
