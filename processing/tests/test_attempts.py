"""Whatever happens in an attempt, it ends, and the worker goes on."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError
from django.utils import timezone

from processing.models import Run, Task
from processing.monitoring import progress
from processing.pipeline import finish, work
from processing.pipeline.lease import Lease
from processing.steps.context import Outcome, TaskContext
from processing.tests.attempts import claimed, let_probe_do
from tests.servers.process import wait_until
from videos.models import Video
from videos.storage.disk import DiskStorage

pytestmark = pytest.mark.usefixtures("short_pauses")


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

    let_probe_do(monkeypatch, run)
    monkeypatch.setattr(finish, "fail", fail)
    work.drain("media")
    states = dict(Task.objects.values_list("run__video", "state"))
    assert states.pop(video.pk) == "running"  # its lease runs out
    assert list(states.values()) == ["ready"]


@pytest.mark.django_db(transaction=True)
def test_a_row_the_database_refuses_fails_the_task_once(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DataError("value too long for type character varying(16)")

    let_probe_do(monkeypatch, lambda context: Outcome(record=refuse))
    work.work_on(claimed())
    task = Task.objects.get()
    assert (task.state, task.attempts, task.error_code) == ("failed", 1, "internal_error")


@pytest.mark.django_db(transaction=True)
def test_a_run_that_was_purged_meanwhile_ends_nothing(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(context: TaskContext) -> Outcome:
        Run.objects.all().delete()
        return Outcome()

    let_probe_do(monkeypatch, run)
    work.drain("media")
    assert not Task.objects.exists()


def test_rescuing_a_task_of_a_purged_run_is_nothing(video: Video) -> None:
    task = claimed()
    Run.objects.all().delete()
    assert not finish.rescue(task)


@pytest.mark.django_db(transaction=True)
def test_what_breaks_in_telling_of_progress_loses_no_lease(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(video_id: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(progress, "announce_in_turn", break_down)
    monkeypatch.setattr("django.conf.settings.TASK_HEARTBEAT_SECONDS", 0.02)
    task = claimed()
    later = timezone.now() + timedelta(hours=1)
    with Lease(task):
        for _ in range(2):
            Task.objects.filter(pk=task.pk).update(lease_until=later)
            renewed = Task.objects.filter(pk=task.pk, lease_until__lt=later)
            wait_until(renewed.exists, "the lease is renewed")


@pytest.mark.django_db(transaction=True)  # a lease is renewed by another connection
def test_an_attempt_that_cannot_even_look_for_what_it_left_is_over(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*args: object, **kwargs: object) -> None:
        raise ValueError("a bug of ours")

    task = claimed()
    Task.objects.update(state="canceled", token=None, lease_until=None)
    monkeypatch.setattr(DiskStorage, "list_prefix", break_down)
    work.work_on(task)
    assert Task.objects.get().state == Task.State.CANCELED
