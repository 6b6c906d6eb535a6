"""Who goes first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.plans import PlanName, terms_named
from processing.models import Run, Task
from processing.pipeline import advance, ranking
from processing.pipeline.claim import claim
from processing.steps.step import TaskSpec
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Upload, Video

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


def begin(
    count: int = 1,
    *,
    at: datetime = NOW,
    waiting: int = 0,
    last: datetime | None = None,
    first_continuing: datetime | None = None,
) -> list[datetime]:
    """The ranks of so many tasks that begin videos."""
    return ranking.beginning_ranks(
        at, [0] * count, waiting=waiting, last=last, first_continuing=first_continuing
    )


def test_what_begins_a_video_goes_before_what_continues_another() -> None:
    film = ranking.ranks(NOW - timedelta(hours=5), [0] * 10, last_turn=None)
    (clip,) = begin()
    assert clip < min(film)


def test_it_goes_before_all_of_its_own_owner_however_long_they_wait() -> None:
    old = NOW - timedelta(days=3)
    begun = begin(2, first_continuing=old)
    assert sorted(begun) == begun
    assert len(set(begun)) == 2
    assert max(begun) < old


def test_what_continues_is_not_overtaken_for_ever() -> None:
    (film,) = ranking.ranks(NOW - timedelta(hours=7), [0], last_turn=None)
    (clip,) = begin()
    assert film < clip


@given(together=st.integers(1, 20))
def test_beginnings_keep_their_order_however_they_come(together: int) -> None:
    ranks: list[datetime] = []
    while len(ranks) < 40:
        last = ranks[-1] if ranks else None
        ranks += begin(together, waiting=len(ranks), last=last, first_continuing=NOW)
    assert all(a < b for a, b in pairwise(ranks))
    assert begin() == begin(at=NOW)  # another owner's first is behind none of these


def test_a_crowd_of_beginnings_leaves_what_others_have_begun_its_turn() -> None:
    ranks: list[datetime] = []
    for number in range(300):
        last = ranks[-1] if ranks else None
        ranks += begin(at=NOW + timedelta(milliseconds=number), waiting=number, last=last)
    (others,) = ranking.ranks(NOW + timedelta(seconds=30), [0], last_turn=None)
    assert sum(rank < others for rank in ranks) <= 4


@pytest.fixture
def upload(clip: Path) -> Callable[[User], Video]:
    """Take the clip in as somebody's."""

    def take(user: User) -> Video:
        file = ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND)
        return ingest.take_file(user, file, VideoSettings())

    return take


def test_one_video_of_somebody_is_not_behind_a_hundred_of_another(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    for _ in range(20):
        upload(owner)
    late = upload(stranger)
    claimed = [claim("media", worker=str(n)) for n in range(2)]
    assert late.pk in {task.run.video_id for task in claimed if task}


def test_the_rest_of_a_begun_video_is_not_behind_a_crowd_of_new_ones(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    for _ in range(30):
        crowd = upload(owner)
        Task.objects.filter(run__video=crowd).delete()
        _encode(crowd, number=0)
    _encode(upload(stranger), number=1)
    User.objects.update(plan=PlanName.STAFF)
    order = [task.number for _ in range(10) if (task := claim("encode", worker="w"))]
    assert 1 in order[:6]


def _encode(video: Video, number: int) -> None:
    """A span to be encoded, ready."""
    run = Run.objects.get(video=video)
    with transaction.atomic():
        advance.add_tasks(run, [TaskSpec("encode", number, cost=1.0)])


def test_no_owner_has_more_running_than_the_plan_allows(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    for _ in range(5):
        upload(owner)
    running = terms_named(PlanName.FREE).running
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
    assert Task.objects.get(pk=task.pk).priority == terms_named(PlanName.PRO).priority


def test_an_owner_of_a_plan_that_only_a_newer_version_knows_stops_nobody(
    owner: User, stranger: User, upload: Callable[[User], Video]
) -> None:
    User.objects.filter(pk=owner.pk).update(plan="gold")
    theirs = upload(User.objects.get(pk=owner.pk))
    others = upload(stranger)
    claimed = [claim("media", worker="w") for _ in range(2)]
    assert {task.run.video_id for task in claimed if task} == {theirs.pk, others.pk}
