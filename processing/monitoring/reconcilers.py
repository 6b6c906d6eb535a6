"""Check whether the reconcilers work as they should, from their rows and the database's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from processing.models import DutyRun, Reconciler, Task

ALIVE_WITHIN = timedelta(seconds=30)
# Former names of some duties. Where the previous version ran, their rows remain but are not run.
_RENAMED = ("advance_runs", "prune_runs", "slim_runs")
_FAILS_TOO_OFTEN = 3
_LATE_AFTER = timedelta(minutes=2)
_HANGS_AFTER = timedelta(minutes=5)
# A living reconciler takes an overdue task back within seconds; one that has just started waits
# for another full lease.
_LEASES_UNSEEN = 2


@dataclass(frozen=True)
class State:
    """The state of the reconcilers at a moment of the database's clock."""

    now: datetime
    alive: Sequence[Reconciler]
    """The reconcilers that were seen lately."""
    duties: Sequence[DutyRun]
    overdue_leases: int
    """The number of running tasks with a lease that ran out long ago."""


def read() -> State:
    """Read the current state. Raises ``DatabaseError``."""
    lease = timedelta(seconds=settings.TASK_LEASE_SECONDS)
    overdue = Task.objects.filter(
        state=Task.State.RUNNING, lease_until__lt=Now() - _LEASES_UNSEEN * lease
    )
    duties = list(
        DutyRun.objects.exclude(name__in=_RENAMED).annotate(database_now=Now()).order_by("name")
    )
    return State(
        now=duties[0].database_now if duties else timezone.now(),
        alive=list(Reconciler.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN)),
        duties=duties,
        overdue_leases=overdue.count(),
    )


def problems(state: State) -> list[str]:
    """Return a sentence for each problem, or an empty list when all is well."""
    said = [] if state.alive else ["no reconciler was seen for 30 s"]
    if state.overdue_leases:
        tasks = "1 task is" if state.overdue_leases == 1 else f"{state.overdue_leases} tasks are"
        said.append(f"{tasks} held by a lease that ran out long ago")
    machines = {one.host for one in state.alive}
    ours = [duty for duty in state.duties if not duty.machine or duty.machine in machines]
    said += [text for duty in ours if state.alive and (text := _problem(duty, state.now))]
    return said


def _problem(duty: DutyRun, now: datetime) -> str:
    if duty.failures >= _FAILS_TOO_OFTEN:
        return f"{duty.name} failed {duty.failures} times in a row ({duty.last_error})"
    if duty.holder and duty.started_at and now - duty.started_at > _HANGS_AFTER:
        minutes = (now - duty.started_at) // timedelta(minutes=1)
        return f"{duty.name} has been running for {minutes} min at {duty.holder}"
    if not duty.holder and now - duty.next_at > _LATE_AFTER:
        minutes = (now - duty.next_at) // timedelta(minutes=1)
        return f"{duty.name} has been due for {minutes} min"
    return ""
