"""Why a run waits, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from processing.models import Task, Worker
from processing.monitoring.wait_reasons import reason_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BUSY = Task()


def _task(state: str, *, waits_for: str = "", **fields: object) -> Task:
    return Task(kind="encode", queue="encode", state=state, waits_for=waits_for, **fields)


def _worker(**fields: object) -> Worker:
    values = {"name": "w1", "queues": ["encode"], "last_seen": NOW} | fields
    return Worker(**values)


@pytest.mark.parametrize(
    ("tasks", "workers", "said"),
    [
        ([_task("running", worker="w1")], [], "encode at w1"),
        (
            [_task("running", worker="w1", waits_for="the storage")],
            [],
            "encode at w1, waiting for the storage",
        ),
        ([_task("blocked")], [], "reconciler"),
        ([], [], "reconciler"),
        (
            [_task("ready", not_before=NOW + timedelta(seconds=30), error_code="disk_full")],
            [],
            "tried again in 30 s: disk_full",
        ),
        (
            [_task("ready", not_before=NOW + timedelta(seconds=3), waits_for="another job")],
            [],
            "encode waits for another job",
        ),
        ([_task("ready")], [], "no worker serves"),
        ([_task("ready")], [_worker(last_seen=NOW - timedelta(hours=1))], "no worker serves"),
        ([_task("ready")], [_worker(waits_because="Its disk is full.")], "disk is full"),
        ([_task("ready")], [_worker(current_task=BUSY)], "all 1 workers"),
        ([_task("ready")], [_worker()], "waiting its turn"),
    ],
)
def test_the_reason(tasks: list[Task], workers: list[Worker], said: str) -> None:
    assert said in reason_of(tasks, workers, NOW)


def test_who_is_over_the_days_budget_is_told_so() -> None:
    waits = reason_of([_task("ready")], [_worker()], NOW, over_budget=True)
    assert "behind others" in waits
    assert "budget" in waits
