"""Reconcilers share duties by their rows, and go by the database's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from processing.models import DutyRun
from processing.reconciler import claims
from processing.reconciler.duty import Duty

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DUTY = Duty("d", 10 * SECOND, lambda: 0, "database")


def _row(next_at: float, held: float | None = None) -> DutyRun:
    held_until = None if held is None else NOW + held * SECOND
    return DutyRun(name="d", next_at=NOW + next_at * SECOND, held_until=held_until)


@pytest.mark.parametrize(
    ("row", "due"),
    [
        (_row(-1), True),
        (_row(0), True),
        (_row(5), False),
        (_row(-1, held=5), False),
        (_row(-1, held=-1), True),
        (_row(7 * 24 * 3600), True),  # the clock was put back
        (_row(-1, held=7 * 24 * 3600), True),
    ],
)
def test_when_a_duty_is_due(row: DutyRun, due: bool) -> None:
    assert claims.is_due(row, NOW, DUTY.every) is due


def _read() -> tuple[datetime, DutyRun]:
    now, [(_, row)] = claims.read([DUTY], "m")
    return now, row


def test_a_new_duty_is_due_at_once(db: None) -> None:
    now, row = _read()
    assert claims.is_due(row, now, DUTY.every)


def test_one_of_two_reconcilers_that_see_a_duty_gets_it(db: None) -> None:
    (_, seen), (_, seen_too) = _read(), _read()
    assert claims.claim(seen, holder="a")
    assert not claims.claim(seen_too, holder="b")
    now, row = _read()
    assert (row.holder, claims.is_due(row, now, DUTY.every)) == ("a", False)


def test_what_was_run_is_due_after_its_interval(db: None) -> None:
    _, row = _read()
    claims.claim(row, holder="a")
    claims.finish(row, DUTY, holder="a", count=3, seconds=0.5)
    now, row = _read()
    assert not claims.is_due(row, now, DUTY.every)
    assert claims.is_due(row, now + DUTY.every, DUTY.every)
    assert (row.holder, row.count, row.seconds, row.failures) == ("", 3, 0.5, 0)
    assert row.finished_at is not None


def test_a_holder_that_died_is_overtaken_and_ends_nothing_any_more(db: None) -> None:
    _, row = _read()
    claims.claim(row, holder="dead")
    DutyRun.objects.update(held_until=Now() - SECOND)
    now, later = _read()
    assert claims.is_due(later, now, DUTY.every)
    assert claims.claim(later, holder="b")
    claims.finish(row, DUTY, holder="dead", count=9, seconds=1.0)
    _, held = _read()
    assert (held.holder, held.count) == ("b", 0)


def test_a_claim_that_was_renewed_is_not_overtaken(db: None) -> None:
    _, row = _read()
    claims.claim(row, holder="a")
    DutyRun.objects.update(held_until=Now() - SECOND)
    _, stale = _read()
    assert claims.renew("d", DUTY, holder="a")
    assert not claims.claim(stale, holder="b")


def test_a_duty_that_hangs_is_not_held_for_ever(db: None) -> None:
    _, row = _read()
    claims.claim(row, holder="a")
    DutyRun.objects.update(started_at=Now() - DUTY.runs_at_most - SECOND)
    assert not claims.renew("d", DUTY, holder="a")


def test_failures_are_counted_until_it_works_again(db: None) -> None:
    for failures in (1, 2):
        _, row = _read()
        claims.claim(row, holder="a")
        claims.fail(row, DUTY, holder="a", seconds=0.1, error=PermissionError("/srv/secret"))
        now, row = _read()
        assert (row.failures, row.last_error) == (failures, "PermissionError")
        assert not claims.is_due(row, now, DUTY.every)
    claims.claim(row, holder="a")
    claims.finish(row, DUTY, holder="a", count=0, seconds=0.1)
    assert _read()[1].failures == 0


def test_who_ends_lets_others_go_on_at_once(db: None) -> None:
    _, row = _read()
    claims.claim(row, holder="a")
    claims.let_go("a")
    now, row = _read()
    assert claims.is_due(row, now, DUTY.every)
