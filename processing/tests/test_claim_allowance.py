"""A worker takes only what it can do, and what its machine holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from processing.models import Run, Task
from processing.pipeline import claim as claiming
from processing.pipeline import finish, work
from processing.pipeline.claim import Allowance, claim
from processing.pipeline.retry import Blame, Problem
from processing.steps import STEPS
from processing.tests.pretended import outcome
from processing.workers.machine import HEAVY_COST, Machine
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video

MIB = 1024**2
HERE = Machine("here", cores=2, memory=1000 * MIB)
KILLED = Problem("process_killed", "It was killed.", 1, blame=Blame.CRASH, memory=True)


def test_a_kind_this_code_does_not_know_is_left_to_newer_workers(video: Video) -> None:
    Task.objects.update(kind="dream")
    assert claim("media", worker="me") is None
    assert Task.objects.get().state == Task.State.READY


def test_a_newer_versions_task_is_left_to_newer_workers(video: Video) -> None:
    Task.objects.update(version=STEPS["probe"].version + 1)
    assert claim("media", worker="me") is None


@pytest.mark.django_db(transaction=True)  # a lease is renewed by another connection
def test_a_task_of_an_older_version_is_planned_anew(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = STEPS["probe"].version + 1
    step = replace(STEPS["probe"], version=newer, oldest_version=newer)
    monkeypatch.setitem(STEPS, "probe", step)
    task = claim("media", worker="me")
    assert task is not None
    work.work_on(task)
    old, new = Run.objects.order_by("id")
    assert (old.status, old.error_code, new.status) == ("failed", "plan_outdated", "queued")
    assert new.tasks.get().version == newer
    video.refresh_from_db()
    assert video.status == Video.Status.PROCESSING


def test_a_database_error_while_claiming_leaves_the_task_ready(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(run_id: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(claiming, "_start_run", fail)
    with pytest.raises(DatabaseError):
        claim("media", worker="me")
    assert Task.objects.get().state == Task.State.READY


@pytest.mark.django_db(transaction=True)
def test_a_claim_takes_as_many_statements_as_before(
    owner: User, take_in: Callable[[Path], Video], clip: Path
) -> None:
    take_in(clip)
    within = Allowance(machine=HERE, kinds=list(STEPS), full_owners=[], others_alive=True)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert claim("media", worker="me", within=within) is not None
    # Only the first claim of a run tells of it, in tables of the domain.
    asked_of_ours = [q["sql"] for q in asked if '"processing_' in q["sql"]]
    statements = [sql for sql in asked_of_ours if sql.startswith(('SELECT "', "UPDATE", "WITH"))]
    assert len(statements) == 4  # running, next, claimed, its run
    if connection.vendor == "postgresql":
        assert "SKIP LOCKED" in statements[-1]


@pytest.fixture
def heavy(video: Video) -> list[Task]:
    """Ready encodes of 600 MiB each."""
    User.objects.update(plan="staff")
    probe = claim("media", worker="w")
    assert probe is not None
    finish.finish(probe, outcome(probe))
    Task.objects.filter(kind="encode").update(
        state="ready", memory=600 * MIB, ready_at=timezone.now(), rank=timezone.now()
    )
    return list(Task.objects.filter(kind="encode").order_by("number"))


def _claim(machine: Machine = HERE) -> Task | None:
    return claim("encode", worker="me", within=Allowance(machine=machine))


def test_what_does_not_fit_into_memory_waits_for_what_runs(heavy: list[Task]) -> None:
    first = _claim()
    assert first is not None
    assert _claim() is None
    assert _claim(replace(HERE, name="another")) is not None
    Task.objects.filter(state="ready").update(memory=400 * MIB)
    assert _claim() is not None


def test_alone_on_its_machine_a_task_may_take_anything(heavy: list[Task]) -> None:
    Task.objects.filter(kind="encode").update(memory=9000 * MIB)
    assert _claim() is not None
    assert _claim() is None


def test_what_waited_long_for_memory_lets_nothing_else_begin(heavy: list[Task]) -> None:
    small = heavy[2]
    assert _claim() is not None
    Task.objects.filter(pk=small.pk).update(memory=100 * MIB)
    Task.objects.filter(pk=heavy[1].pk).update(ready_at=timezone.now() - timedelta(minutes=3))
    assert _claim() is None
    Task.objects.filter(pk=heavy[1].pk).update(ready_at=timezone.now())
    claimed = _claim()
    assert claimed is not None
    assert claimed.pk == small.pk


def test_the_last_try_has_the_machine_to_itself(heavy: list[Task]) -> None:
    Task.objects.filter(kind="encode").update(memory=100 * MIB)
    Task.objects.filter(pk=heavy[0].pk).update(crashes=2)
    last = _claim()
    assert last is not None
    assert last.pk == heavy[0].pk
    assert _claim() is None
    finish.release_task(last)
    Task.objects.filter(pk=heavy[0].pk).update(state="done")
    assert _claim() is not None
    Task.objects.filter(pk=heavy[0].pk).update(state="ready")
    claimed = _claim()
    assert claimed is not None
    assert claimed.crashes == 0


def test_what_crashed_here_is_left_to_others_for_a_while(video: Video) -> None:
    task = claim("media", worker="me")
    assert task is not None
    finish.fail(task, KILLED)
    assert claim("media", worker="me", within=Allowance(others_alive=True)) is None
    assert claim("media", worker="other", within=Allowance(others_alive=True)) is not None


def test_a_lone_worker_takes_again_what_crashed(video: Video) -> None:
    task = claim("media", worker="me")
    assert task is not None
    finish.fail(task, KILLED)
    assert claim("media", worker="me") is not None
    Task.objects.update(state="ready", token=None, ready_at=timezone.now() - timedelta(seconds=11))
    assert claim("media", worker="me", within=Allowance(others_alive=True)) is not None


def test_killed_programs_are_crashes_and_only_the_third_fails_the_video(video: Video) -> None:
    for crash in (1, 2, 3):
        task = claim("media", worker="me")
        assert task is not None
        finish.fail(task, KILLED)
        task.refresh_from_db()
        assert (task.crashes, task.attempts) == (crash, crash)
        assert task.state == ("failed" if crash == 3 else "ready")
    video.refresh_from_db()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "worker_crashed")
    assert "memory" in video.error_message


def test_a_clip_of_another_owner_begins_before_a_long_film_goes_on(
    heavy: list[Task], stranger: User, clip: Path
) -> None:
    long_ago = timezone.now() - timedelta(hours=5)
    for task in heavy:
        Task.objects.filter(pk=task.pk).update(rank=long_ago + timedelta(minutes=task.number))
    Task.objects.filter(pk=heavy[0].pk).update(state="done")
    file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
    short = ingest.take_file(stranger, file, VideoSettings())
    Task.objects.filter(kind="poster").update(state="done")
    probe = claim("media", worker="w")
    assert probe is not None
    finish.finish(probe, outcome(probe))
    claimed = claim("encode", worker="w")
    assert claimed is not None
    assert (claimed.run.video_id, claimed.number) == (short.pk, 0)


def test_a_heavy_task_leaves_the_other_workers_to_what_is_not(heavy: list[Task]) -> None:
    """A film of many pixels holds one worker, with all cores; a clip begins at another."""
    Task.objects.filter(kind="encode").update(memory=0, cost=HEAVY_COST)
    assert _claim() is not None
    assert _claim() is None
    assert _claim(replace(HERE, name="another")) is not None
    light = heavy[-1]
    Task.objects.filter(pk=light.pk).update(cost=HEAVY_COST / 2)
    claimed = _claim()
    assert claimed is not None
    assert claimed.pk == light.pk


def test_a_machine_of_many_cores_takes_several_heavy_tasks(heavy: list[Task]) -> None:
    Task.objects.filter(kind="encode").update(memory=0, cost=HEAVY_COST)
    large = replace(HERE, cores=16)
    assert [_claim(large) is not None for _ in range(3)] == [True, True, False]
