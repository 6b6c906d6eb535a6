"""Share the duties among reconcilers: decide which of them may run which duty now.

All decisions use the database's clock, and each is written by a single statement. So no database
session is needed, and PostgreSQL and SQLite behave the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from processing.models import DutyRun
from processing.reconciler.duty import Duty, retry_after

HELD_FOR = timedelta(seconds=10)
"""A claim that is not renewed for this long is over: its holder is dead or frozen."""
_TOLERANCE = timedelta(minutes=10)


def read(duties: Sequence[Duty], machine: str) -> tuple[datetime, list[tuple[Duty, DutyRun]]]:
    """Return the database's time, and the duties in their order with their rows.

    Missing rows are created; they are due at once.
    """
    names = {duty.row_name(machine): duty for duty in duties}
    found = _read(names)
    missing = [name for name in names if name not in found]
    if missing:
        DutyRun.objects.bulk_create(
            [_new(name, names[name], machine) for name in missing], ignore_conflicts=True
        )
        found = _read(names)
    now = next(iter(found.values()))[0]
    return now, [(duty, found[name][1]) for name, duty in names.items() if name in found]


def _read(names: Collection[str]) -> dict[str, tuple[datetime, DutyRun]]:
    rows = DutyRun.objects.filter(pk__in=names).annotate(database_now=Now())
    return {row.pk: (row.database_now, row) for row in rows}


def _new(name: str, duty: Duty, machine: str) -> DutyRun:
    of_machine = machine if duty.scope == "machine" else ""
    return DutyRun(name=name, machine=of_machine, next_at=timezone.now() - _TOLERANCE)


def is_due(row: DutyRun, now: datetime, every: timedelta) -> bool:
    """Whether a reconciler should begin to run the duty now.

    A time further ahead than any this code sets means that the database's clock was set back. Such
    a time is ignored.
    """
    held = row.held_until is not None and now < row.held_until <= now + HELD_FOR + _TOLERANCE
    ahead = now < row.next_at <= now + every + _TOLERANCE
    return not held and not ahead


def claim(row: DutyRun, *, holder: str) -> bool:
    """Claim a due duty; return False if another reconciler claimed it since ``row`` was read."""
    seen = DutyRun.objects.filter(pk=row.pk, revision=row.revision)
    return bool(
        seen.update(
            revision=F("revision") + 1,
            holder=holder,
            held_until=Now() + HELD_FOR,
            started_at=Now(),
        )
    )


def renew(name: str, duty: Duty, *, holder: str) -> bool:
    """Renew the claim on a running duty; return False when it ran too long or the claim is lost."""
    running = DutyRun.objects.filter(
        pk=name, holder=holder, started_at__gt=Now() - duty.runs_at_most
    )
    return bool(running.update(revision=F("revision") + 1, held_until=Now() + HELD_FOR))


def finish(row: DutyRun, duty: Duty, *, holder: str, count: int, seconds: float) -> None:
    """Store the result of a duty that ran, and release it until it is due again."""
    _held(row, holder).update(
        **_LET_GO,
        next_at=Now() + duty.every,
        finished_at=Now(),
        count=count,
        seconds=seconds,
        failures=0,
        last_error="",
    )


def fail(row: DutyRun, duty: Duty, *, holder: str, seconds: float, error: Exception) -> int:
    """Store that a duty raised, and release it to be retried later.

    Returns the number of failures in a row.
    """
    failures = row.failures + 1
    _held(row, holder).update(
        **_LET_GO,
        next_at=Now() + retry_after(duty.every, failures),
        seconds=seconds,
        failures=failures,
        last_error=type(error).__name__[:100],
    )
    return failures


def let_go(holder: str) -> None:
    """Release all duties that a stopping reconciler holds. They are due at once."""
    DutyRun.objects.filter(holder=holder).update(**_LET_GO, next_at=Now())


_LET_GO: dict[str, object] = {"revision": F("revision") + 1, "holder": "", "held_until": None}


def _held(row: DutyRun, holder: str) -> QuerySet[DutyRun]:
    return DutyRun.objects.filter(pk=row.pk, holder=holder)
