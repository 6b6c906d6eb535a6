"""`manage.py reconcile`: each duty once, and what became of it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from processing.models import Reconciler
from processing.reconciler import by_hand
from processing.reconciler.duties import DUTIES
from processing.reconciler.duty import Duty

HOUR = timedelta(hours=1)


def _broken() -> int:
    raise PermissionError


def test_the_command_runs_every_duty_and_prints_a_line_for_each(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("reconcile")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["duty", *(duty.name for duty in DUTIES)]


def test_a_duty_that_fails_is_told_and_stops_no_other(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    duties = [
        Duty("bad", HOUR, _broken, "database"),
        Duty("good", HOUR, lambda: 3, "storage"),
    ]
    monkeypatch.setattr(by_hand.run_each, "__defaults__", (duties,))
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile")
    assert ended.value.code == 1
    _, bad, good = capsys.readouterr().out.splitlines()
    assert bad.split()[0::3] == ["bad", "PermissionError"]
    assert good.split()[:2] == ["good", "3"]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_under_a_duty_fails_none_that_follow() -> None:
    def lose() -> int:
        connection.ensure_connection()
        connection.connection.close()
        raise OperationalError("the connection is lost")

    duties = [
        Duty("bad", HOUR, lose, "database"),
        Duty("good", HOUR, Reconciler.objects.count, "database"),
    ]
    bad, good = by_hand.run_each(duties)
    assert (bad.error, good.error) == ("OperationalError", "")
