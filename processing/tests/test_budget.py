"""A day's budget of pixels for each owner: beyond it others go first, and nobody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from accounts.plans import PlanName, terms_named
from processing.health import work
from processing.models import OwnerLoad, Run, Task
from processing.pipeline import advance, budget, finish
from processing.pipeline.claim import claim
from processing.steps.context import Outcome
from processing.steps.step import TaskSpec
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video

DAY = timedelta(days=1)
PIXELS = st.floats(0, 1e6)


@pytest.fixture(autouse=True)
def _a_small_budget(settings: LazySettings) -> None:
    settings.DAILY_GIGAPIXELS = 100


@pytest.fixture
def run(video: Video) -> Run:
    """The run of the owner's video."""
    return Run.objects.get(video=video)


def charge(run: Run, gigapixels: float) -> bool:
    """Whether the run waits behind others once so much was asked for."""
    with transaction.atomic():
        budget.charge(run, gigapixels)
    return Run.objects.get(pk=run.pk).over_budget


@given(asked=st.lists(st.tuples(st.floats(0, 48), PIXELS), max_size=20))
def test_whatever_was_asked_for_is_forgiven_a_day_later(
    asked: list[tuple[float, float]],
) -> None:
    load = 0.0
    for hours, gigapixels in asked:
        before, load = (
            load,
            budget.load_after(load, timedelta(hours=hours), gigapixels, a_day=100),
        )
        assert gigapixels <= load <= before + gigapixels
    assert budget.load_after(load, DAY / 2, 0, a_day=100) <= 50
    assert budget.load_after(load, DAY, 0, a_day=100) == 0


def test_many_small_ones_count_as_one_large_one(run: Run) -> None:
    assert [charge(run, 26) for _ in range(4)] == [False, False, False, True]


def test_one_file_may_be_more_than_a_days_budget(run: Run) -> None:
    assert charge(run, 101)


def test_it_runs_off_with_time(run: Run) -> None:
    assert charge(run, 1_000_000)
    Run.objects.update(over_budget=False)
    assert charge(run, 1)
    Run.objects.update(over_budget=False)
    OwnerLoad.objects.update(counted_at=timezone.now() - DAY / 2)
    assert not charge(run, 49)
    assert charge(run, 2)
    Run.objects.update(over_budget=False)
    OwnerLoad.objects.update(counted_at=timezone.now() - DAY)
    assert not charge(run, 99)


def test_a_clock_that_was_set_back_adds_nothing(run: Run) -> None:
    charge(run, 50)
    OwnerLoad.objects.update(counted_at=timezone.now() + DAY)
    assert not charge(run, 1)
    assert OwnerLoad.objects.get().gigapixels == pytest.approx(51)


@pytest.mark.parametrize(("plan", "behind"), [("free", True), ("pro", False), ("staff", False)])
def test_a_plan_gives_the_budget(run: Run, plan: str, behind: bool) -> None:
    User.objects.update(plan=plan)
    assert charge(run, 999) is behind
    assert terms_named(PlanName.STAFF).budget is None


def test_the_plan_of_staff_has_no_bound(run: Run) -> None:
    User.objects.update(plan=PlanName.STAFF)
    assert not charge(run, 1e9)
    assert not OwnerLoad.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_at_once_is_all_counted(run: Run) -> None:
    def ask(_: int) -> bool:
        try:
            with transaction.atomic():
                budget.charge(Run.objects.get(pk=run.pk), 10)
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(9)))
    assert OwnerLoad.objects.get().gigapixels == pytest.approx(90, abs=0.1)


def test_deleting_a_video_gives_nothing_back(run: Run) -> None:
    charge(run, 90)
    Video.objects.all().delete()
    assert OwnerLoad.objects.get().gigapixels == pytest.approx(90, abs=0.1)


@pytest.fixture
def upload(clip: Path) -> Callable[[User], Run]:
    """Take the clip in as somebody's, and claim its probe."""

    def take(user: User) -> Run:
        file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
        return Run.objects.get(video=ingest.take_file(user, file, VideoSettings()))

    return take


def planned(run: Run, gigapixels: float, spans: int = 1) -> Run:
    """A run whose probe found so much work, and whose spans are ready."""
    probe = Task.objects.get(run=run, kind="probe")
    while (task := claim("media", worker="w")) is not None and task.pk != probe.pk:
        pass
    assert task is not None
    finish.finish(task, Outcome(gigapixels=gigapixels))
    Run.objects.filter(pk=run.pk).update(status=Run.Status.RUNNING, finished_at=None)
    with transaction.atomic():
        specs = [TaskSpec("encode", number, cost=1.0) for number in range(spans)]
        advance.add_tasks(advance.lock(run.pk), specs)
    return Run.objects.get(pk=run.pk)


def test_who_asks_for_too_much_waits_behind_whoever_comes_later(
    owner: User, stranger: User, upload: Callable[[User], Run]
) -> None:
    greedy = planned(upload(owner), 5000, spans=3)
    modest = planned(upload(stranger), 1, spans=3)
    assert (greedy.over_budget, modest.over_budget) == (True, False)
    User.objects.update(plan=PlanName.PRO)
    order = [task.run_id for _ in range(6) if (task := claim("encode", worker="w"))]
    assert order == [modest.pk] * 3 + [greedy.pk] * 3


def test_they_are_not_overtaken_for_ever(
    owner: User, stranger: User, upload: Callable[[User], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    greedy = planned(upload(owner), 5000)
    later = timezone.now() + timedelta(hours=13)
    monkeypatch.setattr("processing.pipeline.advance.timezone.now", lambda: later)
    planned(upload(stranger), 1)
    first = claim("encode", worker="w")
    assert first is not None
    assert first.run_id == greedy.pk


def test_nobody_gets_around_it_by_a_priority(
    owner: User, stranger: User, upload: Callable[[User], Run], api: APIClient
) -> None:
    greedy = planned(upload(owner), 5000)
    assert (
        api.patch(f"/api/v1/jobs/{greedy.pk}/", {"priority": 0}, format="json").status_code == 200
    )
    modest = planned(upload(stranger), 1)
    first = claim("encode", worker="w")
    assert first is not None
    assert first.run_id == modest.pk


def test_it_is_said_where_people_look(
    owner: User, upload: Callable[[User], Run], api: APIClient
) -> None:
    assert work.budgets().detail == "100 gigapixels a day; nobody is over theirs"
    greedy = planned(upload(owner), 5000)
    assert api.get(f"/api/v1/jobs/{greedy.pk}/").json()["over_budget"] is True
    assert work.budgets().detail == "100 gigapixels a day; 1 owners wait behind others"
