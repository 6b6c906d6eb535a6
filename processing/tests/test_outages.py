"""A storage or database that is away is nobody's fault, and what is made is made once."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.db import OperationalError
from django.utils import timezone

from processing.ffmpeg.errors import Interrupted
from processing.models import Task
from processing.pipeline import finish, retry, retrying, work
from processing.steps import STEPS, transfers
from processing.steps.context import Outcome, TaskContext
from processing.tests.attempts import claimed, in_a_thread, let_probe_do, read_only, refused
from processing.workers import breaker as breakers
from processing.workers.registry import current_worker
from tests.servers.process import wait_until
from videos import installation, objects
from videos.models import Video
from videos.storage import StorageUnavailable
from videos.storage.disk import DiskStorage

pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_is_away_is_waited_for_and_nothing_is_made_twice(
    video: Video, monkeypatch: pytest.MonkeyPatch, work_off: Callable[[], None]
) -> None:
    took, refusals = DiskStorage.take_file, iter([StorageUnavailable("down")] * 5)

    def take(self: DiskStorage, key: str, path: Path, *, content_type: str) -> None:
        if error := next(refusals, None):
            raise error
        took(self, key, path, content_type=content_type)

    monkeypatch.setattr(DiskStorage, "take_file", take)
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert next(refusals, None) is None
    assert set(Task.objects.values_list("attempts", "crashes")) == {(1, 0)}


@pytest.mark.django_db(transaction=True)
def test_a_waiting_step_says_so_renews_its_lease_and_stops_when_canceled(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = StorageUnavailable("refused")
    refusal.__cause__ = ClientError({"Error": {"Code": "NoSuchBucket"}}, "PutObject")

    def refuse() -> None:
        raise refusal

    def run(context: TaskContext) -> Outcome:
        transfers.ask(context, refuse)
        return Outcome()

    let_probe_do(monkeypatch, run)
    monkeypatch.setattr("django.conf.settings.TASK_HEARTBEAT_SECONDS", 0.05)
    task = claimed()
    thread = in_a_thread(task)
    thread.start()
    told = Task.objects.filter(waits_for__contains="NoSuchBucket")
    wait_until(told.exists, "the step says what it waits for")
    Task.objects.update(state="canceled", token=None)
    thread.join(60)
    assert not thread.is_alive()
    assert Task.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_cannot_even_be_asked_hands_the_task_back_uncounted(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_probe_do(monkeypatch, refused)  # type: ignore[arg-type]
    work.work_on(claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "storage_unavailable")
    assert task.not_before is not None
    assert task.released_since is not None


def test_after_a_day_of_being_handed_back_people_are_told(video: Video) -> None:
    problem = retry.classify(StorageUnavailable("down"))
    finish.fail(claimed(), problem)
    Task.objects.update(not_before=None, released_since=timezone.now() - timedelta(hours=23))
    finish.fail(claimed(), problem)
    assert Task.objects.get().state == Task.State.READY
    Task.objects.update(not_before=None, released_since=timezone.now() - timedelta(hours=25))
    finish.fail(claimed(), problem)
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "storage_unavailable")


@pytest.mark.parametrize("error", [OperationalError("gone"), read_only()])
def test_a_database_that_is_away_or_read_only_is_waited_for(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "_FIRST_PAUSE", 0.0)
    errors = iter([error] * 3)

    def call() -> str:
        if told := next(errors, None):
            raise told
        return "done"

    assert retrying.retry_on_database_error(call, given_up=lambda: False) == "done"


@pytest.mark.django_db(transaction=True)
def test_a_database_away_before_the_upload_has_nothing_made_again(
    video: Video, monkeypatch: pytest.MonkeyPatch, work_off: Callable[[], None]
) -> None:
    real, refusals = objects.write_ahead, iter([OperationalError("gone"), read_only()])

    def write_ahead(*args: Any, **named: Any) -> None:
        if error := next(refusals, None):
            raise error
        real(*args, **named)

    monkeypatch.setattr(objects, "write_ahead", write_ahead)
    monkeypatch.setattr(retrying, "_FIRST_PAUSE", 0.01)
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert next(refusals, None) is None
    assert set(Task.objects.values_list("attempts", "released_since")) == {(1, None)}


@pytest.mark.django_db(transaction=True)
def test_one_original_that_isrefused_is_handed_back_and_holds_no_thread(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage answers: this file alone may not be read, as after a copy by another user."""
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.R_OK and may(path, mode))
    monkeypatch.setattr(transfers, "_PATIENCE_SECONDS", 0.05)
    task = claimed()
    thread = in_a_thread(task)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "storage_unavailable")
    monkeypatch.undo()
    breakers.storage.close()
    Task.objects.update(not_before=None)
    work.work_on(claimed())
    assert Task.objects.get(kind="probe").state == Task.State.DONE


@pytest.mark.django_db(transaction=True)
def test_what_is_missing_on_a_disk_that_is_not_mounted_is_not_gone(
    video: Video, settings: Any, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "_PATIENCE_SECONDS", 0.05)
    assert installation.may_delete()
    disk = Path(settings.STORAGES["originals"]["OPTIONS"]["location"])
    away = disk.with_name("elsewhere")
    disk.rename(away)
    disk.mkdir()
    work_off()
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "storage_unavailable")
    disk.rmdir()
    away.rename(disk)
    breakers.storage.close()
    Task.objects.update(not_before=None)
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY


@pytest.mark.django_db(transaction=True)
def test_chunks_missing_on_a_disk_that_is_not_mounted_are_not_lost(
    video: Video, settings: Any, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfers, "_PATIENCE_SECONDS", 0.05)
    assert installation.may_delete()
    disk = Path(settings.STORAGES["outputs"]["OPTIONS"]["location"])
    away = disk.with_name("elsewhere")
    check = STEPS["publish"].run

    def unmounted(context: TaskContext) -> Outcome:
        disk.rename(away)
        return check(context)

    monkeypatch.setitem(STEPS, "publish", replace(STEPS["publish"], run=unmounted))
    work_off()
    publish = Task.objects.get(kind="publish")
    assert (publish.state, publish.error_code) == ("ready", "storage_unavailable")
    away.rename(disk)
    monkeypatch.setitem(STEPS, "publish", replace(STEPS["publish"], run=check))
    breakers.storage.close()
    Task.objects.update(not_before=None)
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY


def test_a_transfer_that_hangs_ends_when_asked() -> None:
    hangs = threading.Event()
    asked: list[int] = []

    def should_stop() -> str | None:
        asked.append(1)
        return "stopping" if len(asked) > 1 else None

    with pytest.raises(Interrupted) as stopped:
        transfers.stoppable(hangs.wait, should_stop)
    assert stopped.value.reason == "stopping"
    hangs.set()


@pytest.mark.django_db(transaction=True)
def test_a_stop_during_a_fetch_releases_the_task_uncounted(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, begun = threading.Event(), threading.Event()

    def fetch() -> None:
        begun.set()
        hangs.wait(120)

    let_probe_do(monkeypatch, lambda context: transfers.ask(context, fetch) or Outcome())
    task = claimed()
    thread = in_a_thread(task)
    thread.start()
    try:
        assert begun.wait(60)
        current_worker.stop()
        thread.join(60)
        assert not thread.is_alive()
    finally:
        current_worker._stop.clear()
        hangs.set()
    task.refresh_from_db()
    assert (task.state, task.attempts, task.crashes) == ("ready", 0, 0)
