"""What was measured of a video, as the API and the admin tell it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests import staff
from tests.domain import stand_ready
from videos.models import ContentFacts, Video

pytestmark = pytest.mark.django_db

NOTHING = dict.fromkeys(
    ("black", "frozen", "silent", "cuts", "loudness", "loudness_range", "true_peak", "measured_at")
) | {"truncated": []}


@pytest.fixture
def measured(owner: User) -> Video:
    video = Video.objects.create(owner=owner, title="A film")
    stand_ready(video)
    ContentFacts.objects.create(
        release_id=video.pk,
        black=[[0.0, 1.5]],
        frozen=[],
        silent=[[float(at), at + 1.5] for at in range(0, 60, 2)],
        cuts=[1.5, 70.0],
        loudness=-23.0,
        loudness_range=4.2,
        true_peak=-1.5,
        truncated=["cuts"],
    )
    return Video.objects.get(pk=video.pk)


def path_of(video: Video) -> str:
    return f"/api/v1/videos/{video.pk}/facts/"


def test_the_owner_and_staff_read_what_was_measured(
    measured: Video, owner: User, as_user: Callable[[User], APIClient]
) -> None:
    for user in (owner, staff.viewer_only()):
        told = as_user(user).get(path_of(measured)).json()
        assert (told["black"], told["frozen"], told["cuts"]) == ([[0.0, 1.5]], [], [1.5, 70.0])
        assert (told["loudness"], told["true_peak"]) == (-23.0, -1.5)
        assert told["truncated"] == ["cuts"]
        assert told["measured_at"]


def test_nobody_else_does(
    measured: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    assert as_user(stranger).get(path_of(measured)).status_code == 404
    assert APIClient().get(path_of(measured)).status_code == 401
    Video.objects.update(visibility=Video.Visibility.PUBLIC)
    assert as_user(stranger).get(path_of(measured)).status_code == 403
    assert APIClient().get(path_of(measured)).status_code == 401


def test_nothing_is_null_until_it_is_measured(
    owner: User, as_user: Callable[[User], APIClient]
) -> None:
    video = Video.objects.create(owner=owner)
    assert as_user(owner).get(path_of(video)).json() == NOTHING
    stand_ready(video)
    assert as_user(owner).get(path_of(video)).json() == NOTHING


def test_the_admin_shows_it_in_words(measured: Video) -> None:
    client = Client()
    client.force_login(staff.viewer_only())
    shown = client.get(f"/admin/videos/video/{measured.pk}/change/").content.decode()
    assert "Black: 0:00.0 to 0:01.5" in shown
    assert "Frozen: never" in shown
    assert "and 20 more" in shown
    assert "Scene cuts: more than 2" in shown
    assert "Loudness: -23.0 LUFS, range 4.2 LU" in shown
