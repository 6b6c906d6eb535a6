"""Who goes first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.plans import PLANS, PlanName
from processing.models import Task
from processing.pipeline import ranking
from processing.pipeline.claim import claim
from videos.ingest import services as ingest
from videos.models import Source, Video

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_owners_waiting_tasks_rank_a_turn_apart() -> None:
    first, second, third = ranking.ranks(NOW, [0, 0, 0], last_turn=None)
    assert first == NOW
    assert second - first == third - second == ranking.TURN


def test_new_tasks_queue_up_behind_the_owners_last() -> None:
    assert ranking.ranks(NOW, [0], last_turn=NOW) == [NOW + ranking.TURN]
    assert ranking.ranks(NOW, [0], last_turn=NOW - timedelta(days=1)) == [NOW]


@given(waited=st.integers(0, 100), priority=st.integers(0, 10))
def test_a_point_of_priority_is_worth_ten_minutes_of_waiting(waited: int, priority: int) -> None:
    old = ranking.ranks(NOW, [0], last_turn=None)[0]
    new = ranking.ranks(NOW + timedelta(minutes=waited), [priority], last_turn=None)[0]
    assert (new < old) == (priority * 10 > waited)


def test_what_begins_a_video_goes_before_what_continues_another() -> None:
    film = ranking.ranks(NOW - timedelta(hours=5), [0] * 10, last_turn=None)
    (clip,) = ranking.beginning_ranks(NOW, [0], last_turn=None, first_continuing=None)
    assert clip < min(film)


def test_it_goes_before_all_of_its_own_owner_however_long_they_wait() -> None:
    old = NOW - timedelta(days=3)
    begun = ranking.beginning_ranks(NOW, [0, 0], last_turn=None, first_continuing=old)
    assert sorted(begun) == begun
    assert len(set(begun)) == 2
    assert max(begun) < old


def test_what_continues_is_not_overtaken_for_ever() -> None:
    (film,) = ranking.ranks(NOW - timedelta(hours=7), [0], last_turn=None)
    (clip,) = ranking.beginning_ranks(NOW, [0], last_turn=None, first_continuing=None)
    assert film < clip


def test_beginnings_keep_their_turns_among_each_other() -> None:
    mine = ranking.beginning_ranks(NOW, [0, 0], last_turn=None, first_continuing=None)
    later = ranking.beginning_ranks(NOW, [0], last_turn=mine[-1], first_continuing=None)
    (other,) = ranking.beginning_ranks(NOW, [0], last_turn=None, first_continuing=None)
    assert [b - a for a, b in pairwise([*mine, *later])] == [ranking.TURN] * 2
    assert other == mine[0]


@pytest.fixture
def upload(clip: Path) -> Callable[[User], Video]:
    """Take the clip in as somebody's."""

    def take(user: User) -> Video:
        file = ingest.describe_file(clip, origin=Source.Origin.COMMAND)
        return ingest.take_file(user, file, ingest.Description())

    return take


def test_one_video_of_somebody_is_not_behind_a_hundred_of_another(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    for _ in range(20):
        upload(owner)
    late = upload(stranger)
    claimed = [claim("media", worker=str(n)) for n in range(2)]
    assert late.pk in {task.run.video_id for task in claimed if task}


def test_no_owner_has_more_running_than_the_plan_allows(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    for _ in range(5):
        upload(owner)
    running = PLANS[PlanName.FREE].running
    assert all(claim("media", worker="w") for _ in range(running))
    assert claim("media", worker="w") is None
    upload(stranger)
    assert claim("media", worker="w") is not None


def test_a_better_plan_goes_first(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    upload(owner)
    User.objects.filter(pk=stranger.pk).update(plan=PlanName.PRO)
    paying = upload(User.objects.get(pk=stranger.pk))
    task = claim("media", worker="w")
    assert task is not None
    assert task.run.video_id == paying.pk
    assert Task.objects.get(pk=task.pk).priority == PLANS[PlanName.PRO].priority


def test_an_owner_of_a_plan_that_only_a_newer_version_knows_stops_nobody(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    User.objects.filter(pk=owner.pk).update(plan="gold")
    theirs = upload(User.objects.get(pk=owner.pk))
    others = upload(stranger)
    claimed = [claim("media", worker="w") for _ in range(2)]
    assert {task.run.video_id for task in claimed if task} == {theirs.pk, others.pk}
