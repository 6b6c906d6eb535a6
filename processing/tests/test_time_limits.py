"""A task that takes longer than its media can is stopped, and ended from outside if need be."""

import threading

import pytest

from processing.ffmpeg.errors import Interrupted
from processing.models import Task
from processing.pipeline import work
from processing.steps.context import Outcome, TaskContext
from processing.tests.attempts import claimed, in_a_thread, let_probe_do
from processing.workers.registry import current_worker
from videos.models import Video

pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.mark.django_db(transaction=True)
def test_a_task_that_takes_too_long_is_told_to_stop_and_fails(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(context: TaskContext) -> Outcome:
        while not (reason := context.should_stop()):
            pass
        raise Interrupted(reason)

    let_probe_do(monkeypatch, run)
    monkeypatch.setattr("processing.pipeline.perform.seconds_for", lambda task: 0.1)
    work.work_on(claimed())
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "task_timed_out")


@pytest.mark.django_db(transaction=True)
def test_a_step_that_does_not_stop_is_ended_from_outside(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, leave = threading.Event(), threading.Event()

    def run(context: TaskContext) -> Outcome:
        leave.wait(120)
        return Outcome()

    let_probe_do(monkeypatch, run)
    monkeypatch.setattr("django.conf.settings.TASK_HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr("processing.pipeline.perform.seconds_for", lambda task: 0.0)
    monkeypatch.setattr("processing.pipeline.time_limit._GRACE_SECONDS", 0.1)
    monkeypatch.setattr(current_worker, "end_process", ended.set)
    thread = in_a_thread(claimed())
    thread.start()
    try:
        assert ended.wait(60)
        assert Task.objects.get().error_code == "task_timed_out"
    finally:
        leave.set()
        thread.join(60)
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
