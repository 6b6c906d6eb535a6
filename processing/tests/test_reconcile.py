"""What was lost is put right, by any number of reconcilers."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from processing.models import Run, Task, Worker
from processing.pipeline import reconcile, wake
from processing.pipeline.claim import claim
from processing.reconciler import Reconciler
from processing.workers import temp_files
from tests.servers.redis import Redis
from videos.models import Event, Upload, Video


@pytest.fixture
def crashed(video: Video) -> Task:
    """A task whose worker is gone."""
    task = claim("media", worker="dead")
    assert task is not None
    Task.objects.filter(pk=task.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    return task


def test_a_task_of_a_dead_worker_is_taken_back(crashed: Task) -> None:
    assert Reconciler().run_once().taken_back == 1
    crashed.refresh_from_db()
    assert (crashed.state, crashed.crashes) == (Task.State.READY, 1)


def test_a_second_pass_finds_nothing_to_do(crashed: Task) -> None:
    Reconciler().run_once()
    assert Reconciler().run_once().taken_back == 0


def test_a_reconciler_that_was_away_first_waits_a_lease(
    crashed: Task, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    reconciler = Reconciler()
    monkeypatch.setattr(reconcile, "take_back_overdue", lambda: 0)
    reconciler.run_once()
    monkeypatch.undo()
    monkeypatch.setattr("time.monotonic", lambda: now)
    now += settings.TASK_LEASE_SECONDS * 2
    assert reconciler.run_once().taken_back == 0
    now += settings.TASK_LEASE_SECONDS + 1
    reconciler._last_pass = now - 1
    assert reconciler.run_once().taken_back == 1


def test_a_failed_pass_makes_leases_count_anew(
    crashed: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Enough(Exception):
        pass

    def stop(seconds: float) -> None:
        raise Enough

    def away() -> int:
        raise DatabaseError

    reconciler = Reconciler()
    monkeypatch.setattr(reconcile, "take_back_overdue", away)
    monkeypatch.setattr("time.sleep", stop)
    monkeypatch.setattr("processing.reconciler.connection", type("C", (), {"close": lambda s: 0})())
    with pytest.raises(Enough):
        reconciler.run_forever()
    monkeypatch.undo()
    assert reconciler.run_once().taken_back == 0


def test_a_run_whose_advance_was_lost_goes_on(video: Video) -> None:
    Task.objects.update(state=Task.State.DONE, finished_at=timezone.now())
    assert reconcile.advance_finished() == 1
    assert Run.objects.get().status == Run.Status.SUCCEEDED


def test_wake_ups_do_not_pile_up(
    take_in: Callable[[Path], Video], clip: Path, redis_server: Redis
) -> None:
    redis_server.flush()
    for _ in range(9):
        take_in(clip)
    sent = [reconcile.wake_queues() for _ in range(3)]
    assert sent == [4, 0, 0]
    assert wake.top_up("media", 100) == 0


def test_an_upload_that_never_finished_fails_with_a_reason(video: Video) -> None:
    Video.objects.update(status=Video.Status.UPLOADING)
    Upload.objects.update(finished_at=None, expires_at=timezone.now() - timedelta(seconds=1))
    assert Reconciler().run_once().uploads_expired == 1
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "upload_incomplete")


def test_a_folder_of_no_running_task_goes(
    video: Video, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = claim("media", worker="me")
    assert task is not None
    held, orphan = settings.WORK_DIR / str(task.token), settings.WORK_DIR / "gone"
    for folder in (held, orphan):
        folder.mkdir(parents=True)
    now = timezone.now().timestamp()
    monkeypatch.setattr("time.time", lambda: now + 120)
    assert temp_files.remove() == 1
    assert held.exists()
    assert not orphan.exists()


def test_videos_deleted_long_ago_are_purged(ready_video: Video) -> None:
    Video.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert Reconciler().run_once().purged == 1
    assert not Video.objects.exists()


def test_events_left_without_a_position_get_one(video: Video) -> None:
    Event.objects.update(position=None)
    assert Reconciler().run_once().events_placed == Event.objects.count() > 0


def test_workers_gone_for_an_hour_leave_the_list(db: None) -> None:
    long_ago = timezone.now() - timedelta(hours=2)
    Worker.objects.create(name="old", started_at=long_ago, last_seen=long_ago)
    Worker.objects.create(name="new", started_at=long_ago, last_seen=timezone.now())
    reconcile.forget_gone_workers()
    assert list(Worker.objects.values_list("name", flat=True)) == ["new"]


def test_the_command_says_what_it_did(crashed: Task, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reconcile")
    assert "taken back: 1" in capsys.readouterr().out
