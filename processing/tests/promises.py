"""What the rows promise at any moment, as assertions over all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from processing.models import Run, Task
from processing.pipeline.retry import MAX_CRASHES
from videos.models import Chunk, Release, Video

State = Task.State


def _edges() -> list[tuple[Any, Any]]:
    through: Any = Task.depends_on.through
    return list(through.objects.values_list("from_task_id", "to_task_id"))


@dataclass
class Rows:
    """Everything the promises are about, read at one moment."""

    tasks: list[Task] = field(default_factory=lambda: list(Task.objects.order_by("id")))
    edges: list[tuple[Any, Any]] = field(default_factory=_edges)
    runs: list[Run] = field(default_factory=lambda: list(Run.objects.order_by("id")))
    videos: list[Video] = field(
        default_factory=lambda: list(Video.objects.select_related("release").order_by("id"))
    )
    chunks: list[Chunk] = field(
        default_factory=lambda: list(Chunk.objects.select_related("rendition"))
    )

    def hold(self) -> None:
        """Raise AssertionError for the first promise that is broken."""
        self._tokens_are_unique_and_only_of_running_tasks()
        self._the_third_crash_is_the_last()
        self._only_what_waits_for_nothing_is_begun()
        for run in self.runs:
            _a_run_is_active_exactly_while_it_has_open_tasks(
                run, [task for task in self.tasks if task.run_id == run.pk]
            )
        for video in self.videos:
            _a_video_is_processing_exactly_while_a_run_is_at_it(
                video, [run for run in self.runs if run.video_id == video.pk]
            )

    def _tokens_are_unique_and_only_of_running_tasks(self) -> None:
        tokens = [task.token for task in self.tasks if task.token is not None]
        assert len(tokens) == len(set(tokens))
        for task in self.tasks:
            assert (task.token is not None) == (task.state == State.RUNNING)

    def _the_third_crash_is_the_last(self) -> None:
        for task in self.tasks:
            assert task.crashes <= MAX_CRASHES
            if task.crashes == MAX_CRASHES:
                assert (task.state, task.error_code) == (State.FAILED, "worker_crashed")

    def _only_what_waits_for_nothing_is_begun(self) -> None:
        states = {task.pk: task.state for task in self.tasks}
        waiting = {task for task, before in self.edges if states[before] != State.DONE}
        for task in self.tasks:
            if task.state in (State.READY, State.RUNNING, State.DONE):
                assert task.pk not in waiting
            if task.state == State.BLOCKED:
                assert task.pk in waiting


def _a_run_is_active_exactly_while_it_has_open_tasks(run: Run, tasks: Iterable[Task]) -> None:
    is_open = any(task.state in Task.OPEN for task in tasks)
    assert is_open == (run.status in Run.ACTIVE), run.status
    assert (run.finished_at is None) == is_open
    assert bool(run.error_code) == (run.status == Run.Status.FAILED)


def _a_video_is_processing_exactly_while_a_run_is_at_it(video: Video, runs: list[Run]) -> None:
    active = [run for run in runs if run.status in Run.ACTIVE]
    assert len(active) <= 1
    if video.status == Video.Status.READY:
        assert video.playable
        assert video.release is not None
        assert video.release.state == Release.State.COMPLETE
        return
    assert (video.status == Video.Status.PROCESSING) == bool(active)
    if video.status in (Video.Status.FAILED, Video.Status.CANCELED):
        assert video.release is None
        assert not video.playable
