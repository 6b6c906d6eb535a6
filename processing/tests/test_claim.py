"""A worker takes the best ready task, and only one worker takes it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.plans import PlanName
from processing.models import Run, Task
from processing.pipeline import finish
from processing.pipeline.claim import claim
from processing.pipeline.transactions import bounded
from processing.queues import rows_of
from processing.tests.pretended import outcome
from videos.models import Video


def test_a_claimed_task_is_running_under_a_lease(video: Video) -> None:
    task = claim("media", worker="me")
    assert task is not None
    task.refresh_from_db()
    assert (task.state, task.kind, task.attempts, task.worker) == ("running", "probe", 1, "me")
    assert task.token is not None
    assert task.lease_until is not None
    assert task.lease_until > timezone.now()
    assert Run.objects.get().status == Run.Status.RUNNING


def test_nothing_is_claimed_twice(video: Video) -> None:
    assert claim("media", worker="a") is not None
    assert claim("media", worker="b") is None


def test_another_queue_has_nothing(video: Video) -> None:
    assert claim("encode", worker="me") is None


def test_the_earliest_rank_goes_first(take_in: Callable[[Path], Video], clip: Path) -> None:
    first, second = (take_in(clip) for _ in range(2))
    order = [task.run.video_id for _ in range(2) if (task := claim("media", worker="me"))]
    assert order == [first.pk, second.pk]


def test_a_task_waits_for_its_next_try(video: Video) -> None:
    Task.objects.update(not_before=timezone.now() + timedelta(minutes=1))
    assert claim("media", worker="me") is None
    Task.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert claim("media", worker="me") is not None


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL explains itself")
@pytest.mark.parametrize("known", ["empty", "full"])
def test_a_claim_reads_one_row_of_a_long_queue(video: Video, known: str) -> None:
    """Also where PostgreSQL last looked at the table when it was empty."""
    task = Task.objects.filter(queue=rows_of("media"), state=Task.State.READY).get()
    same = {"run": task.run, "owner": task.owner, "queue": task.queue, "kind": "probe"}
    same |= {"state": Task.State.READY, "rank": task.rank, "ready_at": task.ready_at}
    if known == "empty":
        _look_at_statistics()
    Task.objects.bulk_create(Task(number=number, **same) for number in range(1, 1000))
    if known == "full":
        _look_at_statistics()
    with CaptureQueriesContext(connection) as queries:
        assert claim("media", worker="me") is not None
    (chosen,) = [q["sql"] for q in queries if "SKIP LOCKED" in q["sql"] and "LIMIT" in q["sql"]]
    with bounded(sorts=False), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {chosen}")
        (plan,) = cursor.fetchone()[0]
    assert "Sort" not in str(plan)
    assert max(rows_read(plan["Plan"])) <= 2


def _look_at_statistics() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE processing_task, processing_run, videos_source")


def rows_read(plan: dict[str, Any]) -> list[int]:
    """How many rows each node of a plan gave."""
    below = [rows for node in plan.get("Plans", []) for rows in rows_read(node)]
    return [plan["Actual Rows"] * plan["Actual Loops"], *below]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_claim_different_tasks(
    owner: User, take_in: Callable[[Path], Video], clip: Path
) -> None:
    User.objects.update(plan=PlanName.STAFF)
    for _ in range(6):
        take_in(clip)

    def claim_one(number: int) -> object:
        try:
            task = claim("media", worker=f"w{number}")
            return task.pk if task else None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claimed = [pk for pk in pool.map(claim_one, range(8)) if pk]
    assert len(claimed) == len(set(claimed)) == 6


def test_what_begins_a_video_does_not_wait_for_the_rest_of_a_long_one(
    take_in: Callable[[Path], Video], clip: Path
) -> None:
    long = take_in(clip)
    for _ in ("probe", "encode 0"):
        task = claim("media", worker="w") or claim("encode", worker="w")
        assert task is not None
        finish.finish(task, outcome(task))
    Task.objects.filter(kind="poster").update(state="done")
    short = take_in(clip)
    probe = claim("media", worker="w")
    assert probe is not None
    finish.finish(probe, outcome(probe))
    order = [claim("encode", worker="w") for _ in range(2)]
    assert [(t.run.video_id, t.number) for t in order if t] == [(short.pk, 0), (long.pk, 1)]
