"""Share the duties among reconcilers: who may run which one now.

Everything is decided by the database's clock and written by single statements, so nothing needs
a session, and it works the same on PostgreSQL and SQLite.
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
    """The database's time, and the duties in their order with their rows.

    Rows that are missing are created: they are due at once.
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
    """Whether somebody should begin to run it now.

    Times that lie further ahead than any that is ever set mean that the database's clock was
    put back: they are not waited for.
    """
    held = row.held_until is not None and now < row.held_until <= now + HELD_FOR + _TOLERANCE
    ahead = now < row.next_at <= now + every + _TOLERANCE
    return not held and not ahead


def claim(row: DutyRun, *, holder: str) -> bool:
    """Take a due duty as it was read; False when somebody else did meanwhile."""
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
    """Keep the claim on a duty that runs; False when it has run for too long or is lost."""
    running = DutyRun.objects.filter(
        pk=name, holder=holder, started_at__gt=Now() - duty.runs_at_most
    )
    return bool(running.update(revision=F("revision") + 1, held_until=Now() + HELD_FOR))


def finish(row: DutyRun, duty: Duty, *, holder: str, count: int, seconds: float) -> None:
    """The duty has run: say how, and let it go until it is due again."""
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
    """The duty raised: it is tried again later. Returns how many failures there were in a row."""
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
    """A reconciler that ends lets go of all it holds."""
    DutyRun.objects.filter(holder=holder).update(**_LET_GO, next_at=Now())


_LET_GO: dict[str, object] = {"revision": F("revision") + 1, "holder": "", "held_until": None}


def _held(row: DutyRun, holder: str) -> QuerySet[DutyRun]:
    return DutyRun.objects.filter(pk=row.pk, holder=holder)
