"""A storage or database that is away is nobody's fault, and what is made is made once."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.db import DataError, InternalError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg.errors import ReadOnlySqlTransaction

from processing.ffmpeg.errors import Interrupted, ToolMissing
from processing.models import Run, Task
from processing.monitoring import progress
from processing.pipeline import finish, retry, retrying, work
from processing.pipeline.claim import Allowance, claim
from processing.pipeline.lease import Lease
from processing.steps import STEPS, tools, transfers
from processing.steps.context import Outcome, TaskContext
from processing.steps.made import ChunksDiffer
from processing.workers import breaker as breakers
from processing.workers import readiness
from processing.workers.breaker import Breaker
from processing.workers.presence import here
from tests.servers.process import wait_until
from videos import installation, objects
from videos.models import Video
from videos.storage import StorageUnavailable
from videos.storage.disk import DiskStorage


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(transfers, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(breakers, "_LOOKED_EVERY_SECONDS", 0.0)
    yield
    breakers.storage.close()
    readiness._doubt._reason = ""


def _refused(*args: object, **kwargs: object) -> None:
    raise StorageUnavailable("down")


def _claimed() -> Task:
    task = claim("media", worker="me")
    assert task is not None
    return task


def _worker(task: Task) -> threading.Thread:
    def work_on() -> None:
        try:
            work.work_on(task)
        finally:
            connection.close()

    return threading.Thread(target=work_on)


def _step(monkeypatch: pytest.MonkeyPatch, run: Callable[[TaskContext], Outcome]) -> None:
    monkeypatch.setitem(STEPS, "probe", replace(STEPS["probe"], run=run))


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

    _step(monkeypatch, run)
    monkeypatch.setattr("django.conf.settings.TASK_HEARTBEAT_SECONDS", 0.05)
    task = _claimed()
    thread = _worker(task)
    thread.start()
    told = Task.objects.filter(waits_for__contains="NoSuchBucket")
    wait_until(told.exists, "the step says what it waits for")
    Task.objects.update(state="canceled", token=None)
    thread.join(20)
    assert not thread.is_alive()
    assert Task.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_cannot_even_be_asked_hands_the_task_back_uncounted(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    _step(monkeypatch, _refused)  # type: ignore[arg-type]
    work.work_on(_claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "storage_unavailable")
    assert task.not_before is not None
    assert task.released_since is not None


def test_after_a_day_of_being_handed_back_people_are_told(video: Video) -> None:
    problem = retry.classify(StorageUnavailable("down"))
    finish.fail(_claimed(), problem)
    Task.objects.update(not_before=None, released_since=timezone.now() - timedelta(hours=23))
    finish.fail(_claimed(), problem)
    assert Task.objects.get().state == Task.State.READY
    Task.objects.update(not_before=None, released_since=timezone.now() - timedelta(hours=25))
    finish.fail(_claimed(), problem)
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "storage_unavailable")


def test_a_worker_claims_nothing_while_its_storage_does_not_answer(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DiskStorage, "object_size", _refused)
    breakers.storage.trip()
    assert readiness.why_not() == breakers.STORAGE_AWAY
    work.drain("media")
    assert Task.objects.get().state == Task.State.READY
    monkeypatch.undo()
    monkeypatch.setattr(breakers, "_LOOKED_EVERY_SECONDS", 0.0)
    breakers.storage._look_at = 0.0
    assert readiness.why_not() == ""


def test_the_storage_is_looked_at_only_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def answers() -> bool:
        looks.append(1)
        return False

    monkeypatch.setattr(breakers, "answers", answers)
    monkeypatch.setattr(breakers, "_LOOKED_EVERY_SECONDS", 60.0)
    breaker = Breaker()
    assert breaker.why_open() == ""
    breaker.trip()
    assert [breaker.why_open() for _ in range(3)] == [breakers.STORAGE_AWAY] * 3
    assert looks == []


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_worker_is_not_the_videos_and_it_checks_itself(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(context: TaskContext) -> Outcome:
        raise ToolMissing

    faults = ["FFmpeg does not start."]
    _step(monkeypatch, run)
    monkeypatch.setattr("processing.workers.self_check.faults", lambda: faults)
    work.work_on(_claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "ffmpeg_missing")
    assert readiness.why_not() == "FFmpeg does not start."
    Task.objects.update(not_before=None)
    work.drain("media")
    assert Task.objects.get().state == Task.State.READY
    faults.clear()
    monkeypatch.setattr(readiness._doubt, "_check_at", 0.0)
    assert readiness.why_not() == ""


@pytest.mark.django_db(transaction=True)
def test_a_work_folder_that_cannot_be_made_hands_the_task_back(
    video: Video, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("django.conf.settings.WORK_DIR", tmp_path / "file" / "work")
    (tmp_path / "file").write_text("in the way")
    work.work_on(_claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts) == ("ready", 0)
    assert task.error_code == "work_folder_unusable"
    assert readiness.why_not()


def _read_only() -> InternalError:
    error = InternalError("cannot execute UPDATE in a read-only transaction")
    error.__cause__ = ReadOnlySqlTransaction()
    return error


@pytest.mark.parametrize("error", [OperationalError("gone"), _read_only()])
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
def test_a_row_the_database_refuses_fails_the_task_once(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DataError("value too long for type character varying(16)")

    _step(monkeypatch, lambda context: Outcome(record=refuse))
    work.work_on(_claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("failed", 1, "internal_error")


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_purged_meanwhile_ends_nothing(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(context: TaskContext) -> Outcome:
        Run.objects.all().delete()
        return Outcome()

    _step(monkeypatch, run)
    work.drain("media")
    assert not Task.objects.exists()


def test_rescuing_a_task_of_a_purged_run_is_nothing(video: Video) -> None:
    task = _claimed()
    Run.objects.all().delete()
    assert not finish.rescue(task)


@pytest.mark.django_db(transaction=True)
def test_whatever_a_step_raises_the_drain_goes_on(
    video: Video, monkeypatch: pytest.MonkeyPatch, take_in: Callable[[Path], Video], clip: Path
) -> None:
    take_in(clip)
    real, broken = finish.fail, [video.pk]

    def fail(task: Task, problem: Any) -> None:
        if task.run.video_id in broken:
            raise ValueError("A string literal cannot contain NUL (0x00) characters.")
        real(task, problem)

    def run(context: TaskContext) -> Outcome:
        raise KeyError("span")

    _step(monkeypatch, run)
    monkeypatch.setattr(finish, "fail", fail)
    work.drain("media")
    states = dict(Task.objects.values_list("run__video", "state"))
    assert states.pop(video.pk) == "running"  # its lease runs out
    assert list(states.values()) == ["ready"]


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
        hangs.wait(60)

    _step(monkeypatch, lambda context: transfers.ask(context, fetch) or Outcome())
    task = _claimed()
    thread = _worker(task)
    thread.start()
    try:
        assert begun.wait(20)
        here.stop()
        thread.join(20)
        assert not thread.is_alive()
    finally:
        here._stop.clear()
        hangs.set()
    task.refresh_from_db()
    assert (task.state, task.attempts, task.crashes) == ("ready", 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_task_that_takes_too_long_is_told_to_stop_and_fails(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(context: TaskContext) -> Outcome:
        while not (reason := context.should_stop()):
            pass
        raise Interrupted(reason)

    _step(monkeypatch, run)
    monkeypatch.setattr("processing.pipeline.perform.seconds_for", lambda task: 0.1)
    work.work_on(_claimed())
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "task_timed_out")


@pytest.mark.django_db(transaction=True)
def test_a_step_that_does_not_stop_is_ended_from_outside(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, leave = threading.Event(), threading.Event()

    def run(context: TaskContext) -> Outcome:
        leave.wait(60)
        return Outcome()

    _step(monkeypatch, run)
    monkeypatch.setattr("django.conf.settings.TASK_HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr("processing.pipeline.perform.seconds_for", lambda task: 0.0)
    monkeypatch.setattr("processing.pipeline.time_limit._GRACE_SECONDS", 0.1)
    monkeypatch.setattr(here, "end_process", ended.set)
    thread = _worker(_claimed())
    thread.start()
    try:
        assert ended.wait(20)
        assert Task.objects.get().error_code == "task_timed_out"
    finally:
        leave.set()
        thread.join(20)
    video.refresh_from_db()
    assert video.error_code == "task_timed_out"


def test_waiting_is_not_counted_as_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from processing.pipeline.time_limit import Clock

    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    clock = Clock(10.0)
    now[0] = 5.0
    clock.pause(True)
    now[0] = 5000.0
    assert not clock.is_over
    clock.pause(False)
    now[0] = 5004.0
    assert (clock.seconds, clock.is_over) == (9.0, False)
    now[0] = 5006.0
    assert clock.is_over


@pytest.mark.django_db(transaction=True)
def test_a_database_away_before_the_upload_has_nothing_made_again(
    video: Video, monkeypatch: pytest.MonkeyPatch, work_off: Callable[[], None]
) -> None:
    real, refusals = objects.write_ahead, iter([OperationalError("gone"), _read_only()])

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
def test_what_breaks_in_telling_of_progress_loses_no_lease(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(video_id: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(progress, "announce_in_turn", break_down)
    monkeypatch.setattr("django.conf.settings.TASK_HEARTBEAT_SECONDS", 0.02)
    task = _claimed()
    later = timezone.now() + timedelta(hours=1)
    with Lease(task):
        for _ in range(2):
            Task.objects.filter(pk=task.pk).update(lease_until=later)
            renewed = Task.objects.filter(pk=task.pk, lease_until__lt=later)
            wait_until(renewed.exists, "the lease is renewed")


@pytest.mark.django_db(transaction=True)
def test_one_original_that_is_refused_is_handed_back_and_holds_no_thread(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage answers: this file alone may not be read, as after a copy by another user."""
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.R_OK and may(path, mode))
    monkeypatch.setattr(transfers, "_PATIENCE_SECONDS", 0.05)
    task = _claimed()
    thread = _worker(task)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("ready", 0, "storage_unavailable")
    monkeypatch.undo()
    breakers.storage.close()
    Task.objects.update(not_before=None)
    work.work_on(_claimed())
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


def test_an_attempt_that_cannot_even_look_for_what_it_left_is_over(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*args: object, **kwargs: object) -> None:
        raise ValueError("a bug of ours")

    task = _claimed()
    Task.objects.update(state="canceled", token=None, lease_until=None)
    monkeypatch.setattr(DiskStorage, "list_prefix", break_down)
    work.work_on(task)
    assert Task.objects.get().state == Task.State.CANCELED


def test_what_one_worker_could_not_do_others_have_first(video: Video) -> None:
    finish.fail(_claimed(), retry.classify(ToolMissing()))
    Task.objects.update(not_before=None)
    others = Allowance(others_alive=True)
    assert claim("media", worker="me", within=others) is None
    assert claim("media", worker="you", within=others) is not None


def test_the_threads_of_an_encode_are_counted_without_what_was_done_long_ago(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        tools.threads(alone=False)
    counted = next(query["sql"] for query in asked if '"processing_task"' in query["sql"])
    assert '"state" IN' in counted.split("WHERE")[-1]


@pytest.mark.django_db(transaction=True)
def test_a_work_folder_that_was_taken_away_is_no_fault_of_the_video(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(context: TaskContext) -> Outcome:
        shutil.rmtree(context.folder)
        raise ChunksDiffer

    _step(monkeypatch, lose)
    work.work_on(_claimed())
    task = Task.objects.get()
    assert (task.state, task.error_code, task.attempts) == ("ready", "work_folder_unusable", 0)
