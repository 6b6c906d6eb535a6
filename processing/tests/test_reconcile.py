"""What was lost is put right, by any number of reconcilers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import dramatiq
import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from django.utils import timezone
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from config.log_limits import AtMostEvery
from processing.models import DutyRun, Reconciler, Run, Task, Worker
from processing.pipeline import advance, cursors, finish, reconcile, wake
from processing.pipeline.claim import claim
from processing.pipeline.lease_watch import Watch
from processing.queues import rows_of
from tests.servers.redis import Redis
from videos import purge
from videos.events import log
from videos.ingest.closing import expire_uploads
from videos.models import Event, Upload, Video


@pytest.fixture
def crashed(video: Video) -> Task:
    """A task whose worker is gone."""
    task = claim("media", worker="dead")
    assert task is not None
    Task.objects.filter(pk=task.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    return task


def _watched_for_long() -> None:
    """Leases were looked at for an hour, the last time just now."""
    _, now = cursors.read(reconcile.RESCUE)
    watch = Watch(since=now - timedelta(hours=1), last=now)
    cursors.write(reconcile.RESCUE, watch.to_json())


def test_a_task_of_a_dead_worker_is_taken_back(crashed: Task) -> None:
    _watched_for_long()
    assert reconcile.rescue_tasks() == 1
    crashed.refresh_from_db()
    assert (crashed.state, crashed.crashes) == (Task.State.READY, 1)
    assert reconcile.rescue_tasks() == 0


def test_the_first_look_after_a_pause_takes_nothing_back(
    crashed: Task, settings: LazySettings
) -> None:
    assert reconcile.rescue_tasks() == 0
    _, now = cursors.read(reconcile.RESCUE)
    lease = timedelta(seconds=settings.TASK_LEASE_SECONDS)
    cursors.write(reconcile.RESCUE, Watch(now - 9 * lease, now - lease).to_json())
    assert reconcile.rescue_tasks() == 0
    _, now = cursors.read(reconcile.RESCUE)
    cursors.write(reconcile.RESCUE, Watch(now - lease, now).to_json())
    assert reconcile.rescue_tasks() == 1


def test_a_task_whose_run_is_purged_meanwhile_stops_no_other(
    crashed: Task,
    take_in: Callable[[Path], Video],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_in(clip)
    other = claim("media", worker="dead too")
    assert other is not None
    Task.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    Task.objects.filter(pk=crashed.pk).update(lease_until=timezone.now() - timedelta(seconds=9))
    lock = advance.lock

    def purged(run_id: UUID) -> Run:
        if run_id == crashed.run_id:
            raise Run.DoesNotExist
        return lock(run_id)

    monkeypatch.setattr(advance, "lock", purged)
    assert reconcile.reclaim_overdue() == 1
    other.refresh_from_db()
    assert other.state == Task.State.READY


def test_a_task_that_cannot_be_taken_back_stops_no_other(
    crashed: Task,
    take_in: Callable[[Path], Video],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_in(clip)
    other = claim("media", worker="dead too")
    assert other is not None
    Task.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    Task.objects.filter(pk=crashed.pk).update(lease_until=timezone.now() - timedelta(seconds=9))

    def broken(task: Task) -> bool:
        if task.pk == crashed.pk:
            raise ValueError
        return finish.rescue(task)

    monkeypatch.setattr(reconcile, "rescue", broken)
    assert reconcile.reclaim_overdue() == 1


def test_a_run_whose_advance_was_lost_goes_on(video: Video) -> None:
    Task.objects.update(state=Task.State.DONE, finished_at=timezone.now())
    assert reconcile.advance_finished() == 1
    assert Run.objects.get().status == Run.Status.SUCCEEDED


def test_a_run_that_cannot_be_moved_on_stops_no_other(
    take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        take_in(clip)
    Task.objects.update(state=Task.State.DONE, finished_at=timezone.now())
    gone, broken, _ = Run.objects.order_by("pk")
    go_on, lock = advance.go_on, advance.lock

    def sometimes(run: Run) -> None:
        if run.pk == broken.pk:
            raise ValueError
        go_on(run)

    def purged(run_id: UUID) -> Run:
        if run_id == gone.pk:
            raise Run.DoesNotExist
        return lock(run_id)

    monkeypatch.setattr(advance, "go_on", sometimes)
    monkeypatch.setattr(advance, "lock", purged)
    assert reconcile.advance_finished() == 1
    statuses = Run.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Run.Status.QUEUED, Run.Status.QUEUED, Run.Status.SUCCEEDED]


def test_all_active_runs_are_looked_at_some_at_a_time(
    take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "_RUNS_LOOKED_AT", 2)
    for _ in range(5):
        take_in(clip)
    last = Run.objects.order_by("pk").last()
    assert last is not None
    Task.objects.filter(run=last).update(state=Task.State.DONE)
    assert [reconcile.advance_finished() for _ in range(4)] == [0, 0, 1, 0]


def test_tasks_of_the_release_before_are_taken_over(video: Video) -> None:
    """Its workers claim from the queue's plain name, ours from that of this generation."""
    assert Task.objects.get().queue == rows_of("media") != "media"
    Task.objects.update(queue="media")
    assert claim("media", worker="w") is None
    assert [reconcile.adopt_tasks() for _ in range(2)] == [1, 0]
    assert claim("media", worker="w") is not None


def test_wake_ups_do_not_pile_up(
    take_in: Callable[[Path], Video], clip: Path, redis_server: Redis
) -> None:
    redis_server.flush()
    for _ in range(9):
        take_in(clip)
    sent = [reconcile.wake_queues() for _ in range(3)]
    assert sent == [4, 0, 0]
    assert wake.top_up("media", 100) == 0


def test_a_flood_of_commits_leaves_few_wake_ups(
    db: None, redis_server: Redis, django_capture_on_commit_callbacks: Any
) -> None:
    redis_server.flush()
    for _ in range(40):
        with django_capture_on_commit_callbacks(execute=True):
            wake.on_commit(["media"])
    broker = cast(RedisBroker, dramatiq.get_broker())
    assert broker.client.llen(f"{broker.namespace}:media") == 16


def test_redis_that_is_away_is_logged_once_a_minute(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RedisConnectionError

    broker = cast(RedisBroker, dramatiq.get_broker())
    monkeypatch.setattr(broker.client, "llen", refuse)
    monkeypatch.setattr(wake, "_warnings", AtMostEvery(60.0))
    with capture_logs() as logs:
        assert [reconcile.wake_queues() for _ in range(5)] == [0] * 5
    assert [line["event"] for line in logs] == ["wake_up_lost"]


def test_an_upload_that_never_finished_fails_with_a_reason(video: Video) -> None:
    Video.objects.update(status=Video.Status.UPLOADING)
    Upload.objects.update(finished_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_uploads() == 1
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "upload_incomplete")


def test_videos_deleted_long_ago_are_purged(ready_video: Video) -> None:
    Video.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert purge.purge_expired() == 1
    assert not Video.objects.exists()


def test_events_left_without_a_position_get_one(video: Video) -> None:
    Event.objects.update(position=None)
    assert log.sequence() == Event.objects.count() > 0


def test_a_video_deleted_today_is_not_purged_by_a_machine_whose_clock_is_ahead(
    ready_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    Video.objects.update(deleted_at=Now())
    ahead = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("django.utils.timezone.now", lambda: ahead)
    assert purge.purge_expired() == 0
    assert Video.objects.exists()


def test_who_is_gone_for_an_hour_leaves_the_lists(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - timedelta(hours=2)
    for model in (Worker, Reconciler):
        model.objects.create(name="old", started_at=long_ago, last_seen=long_ago)
        model.objects.create(name="new", started_at=long_ago, last_seen=timezone.now())
    weeks_ago = timezone.now() - timedelta(days=15)
    DutyRun.objects.create(name="of an old version", next_at=weeks_ago)
    DutyRun.objects.create(name="of this one", next_at=timezone.now())
    ahead = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: ahead)
    assert reconcile.forget_gone() == 3
    for model in (Worker, Reconciler):
        assert list(model.objects.values_list("name", flat=True)) == ["new"]
    assert DutyRun.objects.get().name == "of this one"
