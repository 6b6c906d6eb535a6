"""Lines such as `0:00 Intro` in a description are the chapters of its video."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.domain import stand_ready
from videos.models import Cue, Release, Track, Video
from videos.tracks import described, services

pytestmark = [pytest.mark.django_db(transaction=True)]
LINES = "About it.\n0:00 Intro\n0:20 Middle\n0:40 End\n"


@pytest.fixture
def minute(owner: User) -> Video:
    """A ready video that lasts a minute."""
    video = Video.objects.create(owner=owner, title="A minute")
    stand_ready(video)
    Release.objects.update(duration=60.0)
    return video


def _described(api: APIClient, video: Video, text: str) -> list[tuple[int, int, str]]:
    answer = api.patch(f"/api/v1/videos/{video.pk}/", {"description": text}, "json")
    assert answer.status_code == 200
    return list(Cue.objects.filter(track__video=video).values_list("start", "end", "text"))


def _track() -> Track:
    return Track.objects.get(origin="description")


def test_chapters_follow_the_description(minute: Video, api: APIClient) -> None:
    assert _described(api, minute, LINES) == [
        (0, 20_000, "Intro"),
        (20_000, 40_000, "Middle"),
        (40_000, 60_000, "End"),
    ]
    track = _track()
    assert (track.kind, track.is_default, track.state) == ("chapters", True, "ready")
    changed = _described(api, minute, LINES.replace("0:20 Middle", "0:30 Centre"))
    assert changed[1] == (30_000, 40_000, "Centre")
    assert _track().pk == track.pk
    assert _described(api, minute, "Nothing more.") == []
    assert not Track.objects.exists()
    assert len(_described(api, minute, LINES)) == 3


def test_edited_chapters_stay_whatever_the_description_says(minute: Video, api: APIClient) -> None:
    _described(api, minute, LINES)
    services.write_cues(_track(), (), revision=None)
    assert _described(api, minute, LINES.replace("Middle", "Centre")) == []
    assert _described(api, minute, "") == []
    assert _track().edited


def test_deleted_chapters_stay_away_until_the_lines_are_gone(minute: Video, api: APIClient) -> None:
    _described(api, minute, LINES)
    services.delete(_track())
    assert _described(api, minute, f"{LINES}More.") == []
    assert _described(api, minute, "") == []
    assert len(_described(api, minute, LINES)) == 3


def test_nothing_is_made_before_the_length_is_known(owner: User) -> None:
    video = Video.objects.create(owner=owner, title="New", description=LINES)
    described.follow(video.pk)
    assert not Track.objects.exists()
    stand_ready(video)
    Release.objects.update(duration=60.0)
    described.follow(video.pk)
    assert Cue.objects.count() == 3
