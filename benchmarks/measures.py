"""The measurements of `queue.py`; imported once Django is set up for the benchmark's servers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dramatiq
from django.db import connection
from django.db.models import Max, Min

from accounts.plans import PlanName
from benchmarks import rows
from benchmarks.noop.actors import BARE_TIMES, bare, client, recorded
from processing.models import Run, Task
from processing.pipeline import finish
from processing.pipeline.claim import claim
from processing.steps.context import Outcome

WORKERS = 4
LATENCY_SAMPLES = 150
OVERHEAD_TASKS = 200
THROUGHPUT_RUNS, TASKS_A_RUN = 200, 10
CROWD, TASK_SECONDS = 300, 0.1


def latency() -> list[float]:
    """Return the milliseconds from ready to start, one task at a time with idle workers."""

    owner = rows.user("latency", PlanName.PRO)
    runs = []
    for number in range(LATENCY_SAMPLES):
        run = rows.hand_in(owner, runs=1, tasks=1)
        rows.wait_until_over(run, deadline_seconds=30)
        runs += run
        time.sleep(0.05 + 0.007 * (number % 11))  # so that it never aligns with a poll
    times = Task.objects.filter(run_id__in=runs).values_list("ready_at", "started_at")
    return [(start - ready).total_seconds() * 1000 for ready, start in times if start and ready]


def bare_latency() -> list[float]:
    """Return the milliseconds from sending to start of an actor without rows, with idle workers."""
    for number in range(LATENCY_SAMPLES):
        bare.send(time.time())
        time.sleep(0.1 + 0.007 * (number % 11))
    return [(began - sent) * 1000 for sent, began in _bare_times(LATENCY_SAMPLES)]


def throughput() -> float:
    """Return the tasks done per second if all become ready at the same moment."""

    owner = rows.user("throughput", PlanName.STAFF)
    runs = rows.hand_in(owner, runs=THROUGHPUT_RUNS, tasks=TASKS_A_RUN)
    rows.wait_until_over(runs, deadline_seconds=300)
    tasks = Task.objects.filter(run_id__in=runs)
    took = tasks.aggregate(seconds=Max("finished_at") - Min("started_at"))["seconds"]
    return float(tasks.count() / took.total_seconds())


def bare_throughput() -> float:
    """Return the messages per second through an actor without rows."""
    return _messages_a_second(bare)


def recorded_throughput() -> float:
    """Return the messages per second through an actor with django-dramatiq's row for each."""
    return _messages_a_second(recorded)


def _messages_a_second(actor: dramatiq.Actor[..., None]) -> float:
    count = THROUGHPUT_RUNS * TASKS_A_RUN
    for _ in range(count):
        actor.send(time.time())
    times = _bare_times(count)
    return count / (max(began for _, began in times) - min(sent for sent, _ in times))


def _bare_times(count: int) -> list[tuple[float, float]]:
    """Return when each message was sent and when its actor began."""

    deadline = time.monotonic() + 120
    while client.llen(BARE_TIMES) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    found = [str(line).split() for line in client.lrange(BARE_TIMES, 0, -1)]
    client.delete(BARE_TIMES)
    return [(float(sent), float(began)) for sent, began in found]


def fair_wait() -> float:
    """Return how many task lengths B's one video waits behind A's many, which hold every worker."""

    crowd, single = rows.user("a", PlanName.PRO), rows.user("b", PlanName.PRO)
    runs = rows.hand_in(crowd, runs=CROWD, tasks=1, seconds=TASK_SECONDS)
    while Task.objects.filter(run_id__in=runs, state="done").count() < WORKERS * 3:
        time.sleep(0.01)
    late = rows.hand_in(single, runs=1, tasks=1, seconds=TASK_SECONDS)
    rows.wait_until_over(late, deadline_seconds=60)
    task = Task.objects.get(run_id=late[0])
    assert Run.objects.filter(pk__in=runs, status__in=Run.ACTIVE).exists(), "nobody was waiting"
    assert task.started_at is not None
    assert task.ready_at is not None
    rows.wait_until_over(runs, deadline_seconds=120)
    return (task.started_at - task.ready_at).total_seconds() / TASK_SECONDS


def overhead() -> tuple[float, dict[int, int]]:
    """Return the milliseconds that claim, finish and advance take, and the number of their database
    statements by size of the run."""

    owner = rows.user("overhead", PlanName.STAFF)
    statements = {}
    for tasks in (10, 1000):
        rows.hand_in(owner, runs=1, tasks=tasks)
        with _counted() as count:
            _do_one()
        statements[tasks] = count[0]
        if tasks == 10:
            _do_all()
    seconds = []
    for _ in range(OVERHEAD_TASKS):
        began = time.perf_counter()
        _do_one()
        seconds.append(time.perf_counter() - began)
    _do_all()
    return statistics.mean(seconds) * 1000, statements


def _do_one() -> bool:
    """Do a worker's work around a step, without its messages and its folder; return whether there
    was a task."""

    task = claim(rows.QUEUE, worker="bench")
    if task is None:
        return False
    finish.finish(task, Outcome())
    return True


def _do_all() -> None:
    while _do_one():
        pass


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count the statements that are sent to the database."""

    count = [0]

    def counting(execute: Callable[..., Any], *arguments: Any) -> Any:
        count[0] += 1
        return execute(*arguments)

    with connection.execute_wrapper(counting):
        yield count
