"""Pictures are made again, each kind on its own, in the run of the release that they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now

from accounts.models import User
from processing import remaking, services
from processing.ffmpeg.errors import ProcessFailed
from processing.models import Run, Task
from processing.monitoring import progress
from processing.pipeline import attempt, finish, reconcile
from processing.pipeline.claim import claim
from processing.pipeline.lease import LeaseLost
from processing.steps import STEPS
from processing.steps.context import Outcome, TaskContext
from videos import lifecycle, objects, purge, trash
from videos.models import Event, Picture, Release, Source, StoredObject, Video
from videos.pages import cards
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]

State = Task.State


def _keys(kind: str = "thumbnails") -> set[str]:
    return set(Picture.objects.filter(kind=kind).values_list("key", flat=True))


def _break(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def fail(context: TaskContext) -> Outcome:
        raise ProcessFailed

    monkeypatch.setitem(STEPS, kind, replace(STEPS[kind], run=fail))


def test_one_kind_is_made_again_and_nothing_else_changes(
    ready_video: Video, work_off: Callable[[], None], leftovers: Callable[[], list[Path]]
) -> None:
    rest = Task.objects.exclude(kind="thumbnails").values_list("pk", "state")
    before, others = _keys(), dict(rest)
    run = remaking.remake(ready_video, ["thumbnails"])
    assert (run.pk, run.status, run.finished_at) == (ready_video.release_id, "queued", None)
    assert _keys() == before  # they are shown until the new ones are listed
    assert Task.objects.get(kind="thumbnails").state == State.READY
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED
    assert run.finished_at is not None
    assert len(_keys()) == len(before) and not _keys() & before
    assert dict(rest.all()) == others
    assert Event.objects.filter(type="video.image.ready", payload__kind="thumbnails").count() == 2
    assert leftovers() == []
    StoredObject.objects.update(delete_after=None)
    objects.delete_marked()
    kept = {stored.key for stored in outputs().list_prefix("")}
    assert _keys() <= kept
    assert not before & kept


def test_the_replaced_poster_is_deleted_too(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    before = ready_video.release.poster_key  # type: ignore[union-attr]  # it is ready
    remaking.remake(ready_video, ["candidates"])
    work_off()
    release = Release.objects.get()
    assert release.poster_key not in ("", before)
    assert StoredObject.objects.get(key=before).state == StoredObject.State.DELETING
    assert StoredObject.objects.get(key=release.poster_key).state == StoredObject.State.STORED


def test_a_kind_that_was_never_made_is_made(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    Picture.objects.all().delete()
    Task.objects.filter(kind="thumbnails").delete()
    profile = {**Run.objects.get().profile, "left_out": ["thumbnails"]}
    Run.objects.update(profile=profile, slimmed=True)
    remaking.remake(ready_video, ["thumbnails"])
    work_off()
    assert len(_keys()) == 3
    assert Run.objects.get().slimmed is False


def test_the_video_never_looks_as_if_it_were_prepared_again(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    services.reprocess(ready_video)
    work_off()
    run = remaking.remake(ready_video, ["thumbnails"])
    assert run.kind == Run.Kind.REPROCESS
    video = progress.with_run(Video.objects.select_related("source", "release")).get()
    assert video.status == Video.Status.READY
    now = progress.progress(video)
    assert (now.percent, now.stage, now.eta_seconds) == (100.0, "ready", 0)
    assert cards.working(video) is None
    assert claim("media", worker="me") is not None
    video = progress.with_run(Video.objects.select_related("source", "release")).get()
    assert (progress.progress(video).stage, cards.working(video)) == ("ready", None)


def test_one_job_of_a_video_at_a_time(ready_video: Video) -> None:
    remaking.remake(ready_video, ["thumbnails"])
    with pytest.raises(services.AlreadyProcessing):
        remaking.remake(ready_video, ["poster"])


def test_not_while_another_job_is_at_work(ready_video: Video) -> None:
    services.reprocess(ready_video)
    with pytest.raises(services.AlreadyProcessing):
        remaking.remake(ready_video, ["thumbnails"])


def test_a_canceled_remake_leaves_the_video_as_it_was(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    before = _keys()
    run = remaking.remake(ready_video, ["thumbnails"])
    services.cancel(ready_video)
    ready_video.refresh_from_db()
    run.refresh_from_db()
    assert (ready_video.status, ready_video.playable) == (Video.Status.READY, True)
    assert Release.objects.get().state == Release.State.COMPLETE
    assert (run.status, _keys()) == (Run.Status.CANCELED, before)
    services.retry(run)
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED
    assert not _keys() & before


def test_a_kind_that_fails_is_told_and_harms_no_other(
    ready_video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, poster = _keys(), Release.objects.get().poster_key
    _break(monkeypatch, "thumbnails")
    run = remaking.remake(ready_video, ["candidates", "thumbnails"])
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED
    (task,) = remaking.failed([run.pk])
    assert (task.kind, task.error_code) == ("thumbnails", "process_failed")
    assert _keys() == before
    assert Release.objects.get().poster_key != poster
    assert remaking.lacks(ready_video, remaking.KINDS) == ["thumbnails"]


def test_what_another_version_must_plan_anew_begins_no_other_job(
    ready_video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    remaking.remake(ready_video, ["thumbnails"])
    step = STEPS["thumbnails"]
    monkeypatch.setitem(STEPS, "thumbnails", replace(step, version=9, oldest_version=9))
    work_off()
    assert Run.objects.get().status == Run.Status.SUCCEEDED
    assert Task.objects.get(kind="thumbnails").error_code == "plan_outdated"
    assert remaking.lacks(ready_video, ["thumbnails"]) == ["thumbnails"]


def test_a_worker_killed_meanwhile_leaves_nothing(
    ready_video: Video, work_off: Callable[[], None], settings: LazySettings
) -> None:
    before = _keys()
    remaking.remake(ready_video, ["thumbnails"])
    task = claim("media", worker="me")
    assert task is not None
    key = f"{ready_video.release_id}/left.jpg"
    planned = [objects.Planned(key, StoredObject.Role.PICTURE, "image/jpeg", 1)]
    objects.write_ahead(planned, release_id=task.run_id, token=task.token)
    Task.objects.filter(pk=task.pk).update(lease_until="2020-01-01T00:00:00Z")
    assert _keys() == before
    assert reconcile.reclaim_overdue() == 1
    attempt.mark_abandoned()
    assert StoredObject.objects.get(key=key).state == StoredObject.State.DELETING
    work_off()
    assert Run.objects.get().status == Run.Status.SUCCEEDED
    assert not _keys() & before
    with pytest.raises(LeaseLost):
        finish.finish(task, Outcome())


def test_a_reopened_run_whose_tasks_are_over_is_ended(ready_video: Video) -> None:
    run = remaking.remake(ready_video, ["thumbnails"])
    Task.objects.filter(run=run, state=State.READY).update(state=State.DONE)
    assert reconcile.advance_finished() == 1
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED


def test_without_its_original_only_what_reads_it_is_refused(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    before = _keys()
    Source.objects.update(dropped_at=Now())
    with pytest.raises(services.OriginalDropped):
        remaking.remake(ready_video, ["poster", "thumbnails"])
    assert Run.objects.get().status == Run.Status.SUCCEEDED
    remaking.remake(ready_video, ["thumbnails"])
    work_off()
    assert not _keys() & before


def test_what_cannot_be_made_is_refused(ready_video: Video) -> None:
    with pytest.raises(remaking.UnknownKind):
        remaking.remake(ready_video, ["thumbnails", "smells"])
    with pytest.raises(remaking.UnknownKind):
        remaking.remake(ready_video, [])
    facts: Any = Source.objects.values_list("facts", flat=True).get()
    Source.objects.update(facts={**facts, "video": None})
    with pytest.raises(remaking.NothingToMake):
        remaking.remake(ready_video, ["thumbnails"])
    lifecycle.delete(ready_video.pk)
    with pytest.raises(services.VideoDeleted):
        remaking.remake(ready_video, ["thumbnails"])


def test_a_video_without_a_complete_release_is_refused(video: Video) -> None:
    with pytest.raises(services.AlreadyProcessing):
        remaking.remake(video, ["thumbnails"])
    services.cancel(video)
    with pytest.raises(remaking.NoRelease):
        remaking.remake(video, ["thumbnails"])


def test_a_retired_release_is_refused(ready_video: Video) -> None:
    Release.objects.update(state=Release.State.RETIRED)
    with pytest.raises(remaking.NoRelease):
        remaking.remake(ready_video, ["thumbnails"])
    assert Run.objects.get().status == Run.Status.SUCCEEDED


@pytest.fixture
def twin(ready_video: Video) -> Video:
    """A second video that shares the release of the ready one."""
    return Video.objects.create(
        owner=ready_video.owner,
        title="The same",
        status=Video.Status.READY,
        playable=True,
        source=ready_video.source,
        release=ready_video.release,
    )


def test_videos_that_share_a_release_are_all_told(
    ready_video: Video, twin: Video, work_off: Callable[[], None]
) -> None:
    Event.objects.all().delete()
    run = remaking.remake(twin, ["thumbnails"])
    assert (run.pk, run.video_id) == (ready_video.release_id, ready_video.pk)
    with pytest.raises(services.AlreadyProcessing):
        remaking.remake(ready_video, ["thumbnails"])
    work_off()
    told = Event.objects.filter(type="video.image.ready").values_list("video_id", flat=True)
    assert set(told) == {ready_video.pk, twin.pk}


def test_the_job_of_a_shared_release_passes_to_the_video_that_is_left(
    ready_video: Video, twin: Video, work_off: Callable[[], None]
) -> None:
    trash.discard(ready_video)
    run = remaking.remake(twin, ["thumbnails"])
    assert run.video_id == twin.pk
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED


def test_it_also_outlives_the_video_that_it_was_made_for(
    ready_video: Video, twin: Video, work_off: Callable[[], None]
) -> None:
    before = _keys()
    remaking.remake(ready_video, ["thumbnails"])
    assert purge.purge(ready_video)
    run = Run.objects.get()
    assert (run.video_id, run.status) == (twin.pk, Run.Status.CANCELED)
    remaking.remake(twin, ["thumbnails"])
    work_off()
    assert not _keys() & before
    assert purge.purge(twin)
    assert not Run.objects.exists()
    assert not Release.objects.exists()


def test_a_release_whose_job_is_gone_is_refused(ready_video: Video) -> None:
    Run.objects.all().delete()
    with pytest.raises(remaking.NoRelease):
        remaking.remake(ready_video, ["thumbnails"])


def test_a_video_played_by_a_job_before_the_last_is_served(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    before = _keys()
    services.cancel_run(services.reprocess(ready_video))
    run = remaking.remake(ready_video, ["thumbnails"])
    assert Run.objects.order_by("pk").first() == run
    work_off()
    assert not _keys() & before


def test_pictures_do_not_hold_up_a_video_of_their_owner(
    ready_video: Video, take_in: Callable[[Path], Video], clip: Path
) -> None:
    remaking.remake(ready_video, remaking.KINDS)
    Task.objects.filter(state=State.READY).update(rank="2100-01-01T00:00:00Z")
    take_in(clip)
    task: Any = claim("media", worker="me")
    assert task.kind == "probe"
    assert task.rank.year < 2100


def test_its_priority_is_that_of_the_plan_or_the_one_given(ready_video: Video, owner: User) -> None:
    run = remaking.remake(ready_video, ["thumbnails"])
    assert run.priority == owner.terms.priority
    services.cancel_run(run)
    run = remaking.remake(ready_video, ["thumbnails"], priority=-5)
    assert Task.objects.get(kind="thumbnails").priority == run.priority == -5


def test_processing_again_does_not_wait_for_pictures(
    ready_video: Video, work_off: Callable[[], None]
) -> None:
    first = remaking.remake(ready_video, ["thumbnails"])
    run = services.reprocess(ready_video)
    first.refresh_from_db()
    assert first.status == Run.Status.SUCCEEDED
    assert Task.objects.get(run=first, kind="thumbnails").state == Task.State.CANCELED
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED
    assert Picture.objects.filter(release=run.release, kind="thumbnails").count() == 3
    with pytest.raises(services.AlreadyProcessing):
        services.reprocess(ready_video)
        services.reprocess(ready_video)
