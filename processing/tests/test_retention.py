"""What is old of runs goes in small steps; what is still needed stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from accounts.models import User
from processing.models import Run, Task
from processing.pipeline import retention
from videos.models import Release, Video

LONG_AGO = Now() - timedelta(days=31)
Make = Callable[..., Run]


@pytest.fixture
def make(owner: User) -> Make:
    """Makes a run that was over long ago, with some tasks."""

    def run(video: Video, *, tasks: int = 3, released: bool = False, **fields: object) -> Run:
        pk = uuid7()
        release = Release.objects.create(pk=pk, state="complete") if released else None
        values: dict[str, Any] = {
            "kind": "reprocess",
            "status": "succeeded",
            "profile": {},
            "release": release,
        }
        made = Run.objects.create(pk=pk, video=video, **values)
        Run.objects.filter(pk=pk).update(**{"finished_at": LONG_AGO} | fields)
        Task.objects.bulk_create(
            Task(run=made, owner=owner, kind="encode", number=n, queue="encode", state="done",
                 argv=["ffmpeg"], log_tail="said")
            for n in range(tasks)
        )  # fmt: skip
        return made

    return run


@pytest.fixture
def old_video(owner: User) -> Video:
    return Video.objects.create(owner=owner)


def _left() -> set[object]:
    return set(Run.objects.values_list("pk", flat=True))


def test_only_what_nobody_needs_is_pruned(make: Make, old_video: Video) -> None:
    make(old_video)
    young = make(old_video, finished_at=Now())
    kept = make(old_video, released=True)
    newest = make(old_video)
    assert retention.prune_jobs() == 1
    assert _left() == {young.pk, kept.pk, newest.pk}
    assert set(Task.objects.values_list("run", flat=True)) == _left()


def test_an_active_run_is_never_pruned(make: Make, old_video: Video) -> None:
    active = make(old_video, status="running", finished_at=None)
    make(old_video)
    assert retention.prune_jobs() == 0
    assert active.pk in _left()


def test_the_setting_says_how_long(make: Make, old_video: Video, settings: LazySettings) -> None:
    make(old_video)
    make(old_video)
    settings.KEEP_JOBS_DAYS = 32
    assert retention.prune_jobs() == 0
    settings.KEEP_JOBS_DAYS = 30
    assert retention.prune_jobs() == 1


def test_a_run_of_very_many_tasks_goes_in_steps(
    make: Make, old_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_TASKS", 4)
    long_one = make(old_video, tasks=10)
    make(old_video, tasks=0)
    steps = []
    for _ in range(3):
        retention.prune_jobs()
        steps.append(Task.objects.filter(run=long_one).count())
    assert steps == [6, 2, 0]
    assert long_one.pk not in _left()


def test_the_walk_comes_to_all_and_one_that_fails_stops_no_other(
    make: Make, old_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_LOOKED_AT", 3)
    runs = [make(old_video, tasks=1) for _ in range(10)]
    bad, prune = runs[1].pk, retention._prune

    def sometimes(run: Run) -> bool:
        if run.pk == bad:
            raise ValueError
        return prune(run)

    monkeypatch.setattr(retention, "_prune", sometimes)
    for _ in range(20):
        retention.prune_jobs()
    assert _left() == {bad, runs[-1].pk}


def test_commands_and_logs_of_old_runs_go(make: Make, old_video: Video) -> None:
    old, young = make(old_video), make(old_video, finished_at=Now())
    assert retention.slim_jobs() == 3
    assert retention.slim_jobs() == 0
    assert {t.log_tail for t in Task.objects.filter(run=old)} == {""}
    assert [t.argv for t in Task.objects.filter(run=old)] == [[]] * 3
    assert {t.log_tail for t in Task.objects.filter(run=young)} == {"said"}
    assert Run.objects.get(slimmed=True).pk == old.pk


def test_very_many_tasks_are_slimmed_in_steps(
    make: Make, old_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_TASKS", 4)
    make(old_video, tasks=10)
    assert [retention.slim_jobs() for _ in range(4)] == [4, 4, 2, 0]
    assert not Run.objects.filter(slimmed=False).exists()
