"""Which videos show the same scenes, and who may learn that."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests import staff
from tests.domain import stand_ready
from videos.models import SceneHash, Video
from videos.moderation import alike

pytestmark = pytest.mark.django_db


def film(owner: User, title: str, scenes: Sequence[int]) -> Video:
    video = Video.objects.create(owner=owner, title=title)
    stand_ready(video)
    video.refresh_from_db()
    assert video.release_id is not None
    SceneHash.objects.bulk_create(
        SceneHash.of(video.release_id, float(at), bits) for at, bits in enumerate(scenes)
    )
    return video


def some_scenes(seed: int, count: int = 32) -> list[int]:
    chance = random.Random(seed)
    return [chance.getrandbits(64) for _ in range(count)]


def noisy(scenes: Sequence[int], bits: int = 5) -> list[int]:
    """The scenes as another encode hashes them: each with some bits changed."""
    chance = random.Random(99)
    return [one ^ sum(1 << at for at in chance.sample(range(64), bits)) for one in scenes]


@pytest.fixture
def original(owner: User) -> Video:
    return film(owner, "Original", some_scenes(1))


def similar(client: APIClient, video: Video) -> list[tuple[str, float, float]]:
    answer = client.get(f"/api/v1/videos/{video.pk}/similar/")
    assert answer.status_code == 200, answer.content
    return [(one["title"], one["share"], one["share_of_other"]) for one in answer.json()["results"]]


def test_copies_and_parts_are_found_and_nothing_else(
    original: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    scenes = some_scenes(1)
    film(stranger, "Part", [*noisy(scenes[:8]), *some_scenes(2, 8)])
    film(stranger, "Copy", noisy(scenes))
    film(stranger, "Other", some_scenes(3))
    film(stranger, "Too far", noisy(scenes, 20))
    moderator = as_user(staff.only_a_moderator())
    assert similar(moderator, original) == [("Copy", 1.0, 1.0), ("Part", 0.25, 0.5)]


def test_the_hashes_of_all_bits_are_kept(owner: User) -> None:
    edges = [0, 1, (1 << 64) - 1, 1 << 63, 0x8000_7FFF_FFFF_8000]
    rows = SceneHash.objects.filter(release=film(owner, "Edges", edges).release_id)
    assert [row.bits & (1 << 64) - 1 for row in rows] == edges
    assert [(row.band3, row.band0) for row in rows][-1] == (-0x8000, -0x8000)


def test_it_takes_as_many_queries_for_many_videos_as_for_one(
    original: Video, stranger: User
) -> None:
    moderator = staff.only_a_moderator()
    assert alike.to(original, moderator) == []  # it has read the permissions
    for count in (1, alike.MOST + 1):
        for number in range(count):
            film(stranger, f"Copy {number}", noisy(some_scenes(1)))
        with CaptureQueriesContext(connection) as queries:
            found = alike.to(original, moderator)
        assert len(queries) == 4
        assert len(found) == min(count, alike.MOST)


def test_bands_are_looked_up_in_indexes(original: Video, stranger: User) -> None:
    rows = SceneHash.objects.filter(band0__in=[1, 2, 3]) | SceneHash.objects.filter(band1__in=[4])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = off")  # the table is small
        plan = rows.order_by().explain()
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_seqscan = on")
    assert "band0" in plan and "band1" in plan
    assert "SCAN" not in plan.upper().replace("INDEX SCAN", "").replace("HEAP SCAN", "")


def test_only_moderators_compare(
    original: Video, owner: User, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    path = f"/api/v1/videos/{original.pk}/similar/"
    for user in (owner, staff.viewer_only()):
        refused = as_user(user).get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert as_user(stranger).get(path).status_code == 404
    assert APIClient().get(path).status_code == 401


def test_deleted_videos_are_not_told_of(original: Video, stranger: User) -> None:
    copy = film(stranger, "Copy", some_scenes(1))
    moderator = staff.only_a_moderator()
    assert [one.video for one in alike.to(original, moderator)] == [copy]
    Video.objects.filter(pk=copy.pk).update(deleted_at="2026-01-01T00:00:00Z")
    assert alike.to(original, moderator) == []


def test_a_video_without_scenes_is_like_no_other(owner: User, original: Video) -> None:
    moderator = staff.only_a_moderator()
    assert alike.to(film(owner, "Dark", []), moderator) == []
    assert alike.to(Video.objects.create(owner=owner), moderator) == []


def test_the_admin_shows_moderators_what_is_alike(
    original: Video, stranger: User, moderator: User
) -> None:
    copy = film(stranger, "The <copy>", some_scenes(1))
    page = f"/admin/videos/video/{original.pk}/change/"
    client = Client()
    client.force_login(moderator)
    shown = client.get(page).content.decode()
    assert "The &lt;copy&gt;</a>: 100 % of its scenes" in shown
    assert f"/admin/videos/video/{copy.pk}/change/" in shown
    client.force_login(staff.viewer_only())
    assert "The &lt;copy&gt;" not in client.get(page).content.decode()
