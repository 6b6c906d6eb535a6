"""Who is paged is told that nothing reconciles, or that it does not get on."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.db.models.functions import Now

from config.version import VERSION
from processing import health
from processing.health import work
from processing.models import DutyRun, Reconciler, Task
from processing.monitoring import reconcilers
from processing.pipeline.claim import claim
from videos.models import Video

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alive(db: None) -> None:
    """A reconciler that was seen just now, and a duty that ran."""
    Reconciler.objects.create(
        name="r1", host="m1", version=VERSION, started_at=Now(), last_seen=Now()
    )
    DutyRun.objects.create(name="wake_queues", next_at=Now(), finished_at=Now())


def _problems() -> list[str]:
    found = reconcilers.problems(reconcilers.read())
    assert work.reconciler().ok == (not found)
    return found


def test_all_is_well(alive: None) -> None:
    assert _problems() == []
    assert work.reconciler().detail == "1 alive"


def test_none_at_all_is_told(db: None) -> None:
    assert _problems() == ["no reconciler was seen for 30 s"]
    assert "manage.py reconcile --forever" in work.reconciler().hint


def test_one_that_has_not_been_seen_for_30_s_is_as_good_as_none(alive: None) -> None:
    Reconciler.objects.update(last_seen=Now() - timedelta(seconds=31))
    assert _problems() == ["no reconciler was seen for 30 s"]


def test_what_the_release_before_called_a_duty_is_not_late(alive: None) -> None:
    late = Now() - timedelta(hours=1)
    DutyRun.objects.create(name="prune_runs", next_at=late)
    assert _problems() == []


def test_doctor_looks_at_them(alive: None) -> None:
    assert work.reconciler in health.DOCTOR


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"failures": 3, "last_error": "KeyError"}, "failed 3 times in a row (KeyError)"),
        ({"failures": 2, "last_error": "KeyError"}, ""),
        ({"next_at": Now() - 3 * MINUTE}, "has been due for 3 min"),
        ({"next_at": Now() - MINUTE}, ""),
        ({"holder": "r1", "started_at": Now() - 6 * MINUTE}, "running for 6 min at r1"),
        ({"holder": "r1", "started_at": Now() - MINUTE}, ""),
        ({"machine": "m1", "next_at": Now() - 3 * MINUTE}, "has been due"),
        ({"machine": "gone", "next_at": Now() - 3 * MINUTE}, ""),
    ],
)
def test_a_duty_that_does_not_get_on_is_named(
    alive: None, fields: dict[str, object], said: str
) -> None:
    DutyRun.objects.update(**fields)
    assert len(_problems()) == bool(said)
    assert all(problem.startswith("wake_queues ") and said in problem for problem in _problems())


@pytest.fixture
def overdue(video: Video) -> Iterator[Task]:
    """A task whose worker was killed five minutes ago."""
    task = claim("media", worker="killed")
    assert task is not None
    Task.objects.filter(pk=task.pk).update(lease_until=Now() - 5 * MINUTE)
    yield task


def test_an_overdue_lease_is_told(alive: None, overdue: Task) -> None:
    assert _problems() == ["1 task is held by a lease that ran out long ago"]
    Task.objects.update(lease_until=F("lease_until") + 6 * MINUTE)
    assert _problems() == []


def test_runs_tells_both(overdue: Task, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("jobs")
    told = capsys.readouterr().out
    assert "Reconciler: no reconciler was seen for 30 s." in told
    assert re.search(r"probe at killed \(no sign of life: its lease expired 3\d\d s ago\)", told)
