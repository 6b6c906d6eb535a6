"""What happens around a task can be added to, and cannot break it."""

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from processing.models import Task
from processing.pipeline import hooks
from processing.pipeline.hooks import Ending, How, TaskHook
from processing.pipeline.retry import Problem
from videos.models import Source, Video
from videos.storage import originals


class Recorder(TaskHook):
    def __init__(self) -> None:
        self.told: list[str] = []

    def before_task(self, task: Task) -> None:
        self.told.append(f"before {task.kind}")

    def after_task(self, task: Task, ending: Ending) -> None:
        assert ending.seconds > 0
        self.told.append(f"after {task.kind}: {ending.how.value}")

    def failed_task(self, task: Task, problem: Problem) -> None:
        self.told.append(f"failed {task.kind}: {problem.code}")


class Broken(TaskHook):
    def before_task(self, task: Task) -> None:
        raise RuntimeError

    after_task = before_task  # type: ignore[assignment]


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(hooks, "HOOKS", [Broken(), hooks.TaskLog(), recorder])
    return recorder


@pytest.mark.django_db(transaction=True)
def test_hooks_are_called_around_each_task_and_a_broken_one_ends_nothing(
    video: Video, recorder: Recorder, work_off: Callable[[], None]
) -> None:
    with capture_logs() as logged:
        work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert recorder.told[:3] == ["before probe", "after probe: done", "before encode"]
    done = [line for line in logged if line["event"] == "task_done"]
    assert {line["kind"] for line in done} >= {"probe", "encode", "publish"}
    assert all(line["seconds"] > 0 for line in done)
    assert [line for line in logged if line["event"] == "task_started"]


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_told_with_its_code(
    video: Video, recorder: Recorder, work_off: Callable[[], None]
) -> None:
    originals().delete_key(Source.objects.get().key)
    work_off()
    assert recorder.told == ["before probe", "failed probe: source_missing", "after probe: failed"]


def test_a_lost_task_is_told_as_lost(video: Video, recorder: Recorder) -> None:
    task = Task.objects.select_related("run__source").get()
    hooks.after(task, Ending(How.LOST, seconds=1.0))
    assert recorder.told == ["after probe: lost"]
