"""Posters, thumbnails, storyboard, preview and waveform in the API: their shape, and who gets
them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from rest_framework.test import APIClient
from starlette.testclient import TestClient
from uuid_utils.compat import uuid7

from accounts.models import User
from tests.domain import stand_ready
from tests.pictured import VTT, give_pictures
from videos import keys
from videos.models import Video
from videos.playback.gate import Gate
from videos.playback.media import MediaApp

pytestmark = pytest.mark.django_db

URL = "/api/v1/videos/"
FILES = {"storyboard.vtt": VTT.encode(), "waveform.json": b"{}", "preview.webp": b"RIFF"}


@pytest.fixture
def shown(owner: User) -> Video:
    """A ready video with a picture of every kind."""
    made = Video.objects.create(owner=owner, title="Sea", visibility=Video.Visibility.PUBLIC)
    return pictured(made)


@pytest.fixture
def anonymous() -> APIClient:
    """A client without a key."""
    return APIClient()


@pytest.fixture
def media(transactional_db: None) -> TestClient:
    """The media app by itself, which looks into the rows each time."""
    return TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's own


def pictured(video: Video) -> Video:
    """Have a video stand as ready with pictures."""
    stand_ready(video)
    video.refresh_from_db()
    assert video.release is not None
    give_pictures(video.release, FILES)
    return video


def addresses(images: Any) -> list[str]:
    """Return all addresses in an answer's images."""
    if isinstance(images, str):
        return [images]
    inner = images.values() if isinstance(images, dict) else images
    return [a for one in inner if isinstance(one, str | dict | list) for a in addresses(one)]


def test_every_kind_is_there(api: APIClient, shown: Video) -> None:
    told = api.get(f"{URL}{shown.pk}/").json()
    images = told["images"]
    assert list(images["poster"]) == ["320", "640", "1280"]
    small = images["poster"]["320"]
    assert (small["width"], small["height"]) == (320, 180)
    assert small["jpeg"].startswith("http://testserver/m/")
    assert small["jpeg"].endswith("/poster-320.jpg")
    assert small["webp"].endswith("/poster-320.webp")
    assert [one["time"] for one in images["thumbnails"]] == [0.0, 5.0, 9.0]
    assert images["thumbnails"][1]["url"].endswith("/thumbnail-middle.jpg")
    board = images["storyboard"]
    assert board["vtt"].endswith("/storyboard.vtt")
    assert board["json"].endswith("/storyboard.json")
    assert [one["webp"].rpartition("/")[2] for one in board["sheets"]] == ["storyboard-000.webp"]
    assert images["preview"]["mp4"].endswith("/preview.mp4")
    assert images["preview"]["seconds"] == 4.0
    assert told["waveform"]["json"].endswith("/waveform.json")
    assert told["waveform"]["image"].endswith("/waveform.png")


def test_what_is_not_made_is_absent(api: APIClient, owner: User) -> None:
    video = Video.objects.create(owner=owner)
    stand_ready(video)
    told = api.get(f"{URL}{video.pk}/").json()
    nothing: Any = {"poster": {}, "thumbnails": [], "storyboard": None, "preview": None}
    assert (told["images"], told["waveform"]) == (nothing, None)


def test_the_first_poster_stands_there_until_there_are_better_ones(
    api: APIClient, owner: User
) -> None:
    video = Video.objects.create(owner=owner)
    stand_ready(video)
    video.refresh_from_db()
    assert video.release is not None
    attempt = keys.attempt_prefix(video.release.pk, uuid7())
    video.release.poster_key = keys.poster(attempt)
    video.release.small_poster_key = keys.small_poster(attempt)
    video.release.save(update_fields=["poster_key", "small_poster_key"])
    poster = api.get(f"{URL}{video.pk}/").json()["images"]["poster"]
    assert poster["640"]["jpeg"].endswith("/poster-small.jpg")
    assert poster["1280"]["jpeg"].endswith("/poster.jpg")
    assert poster["1280"]["webp"] is None
    give_pictures(video.release)
    poster = api.get(f"{URL}{video.pk}/").json()["images"]["poster"]
    assert poster["1280"]["webp"].endswith("/poster-1280.webp")


def test_the_owners_poster_goes_before_all(api: APIClient, shown: Video) -> None:
    Video.objects.filter(pk=shown.pk).update(own_poster=uuid7())
    told = api.get(f"{URL}{shown.pk}/").json()
    assert list(told["images"]["poster"]) == ["640", "1280"]
    assert told["images"]["poster"]["1280"]["jpeg"] == told["poster"]


def test_any_number_of_pictures_in_a_list_is_one_query(
    api: APIClient, owner: User, shown: Video, django_assert_num_queries: Any
) -> None:
    api.get(URL)
    with django_assert_num_queries(5):
        assert len(api.get(URL).json()["results"]) == 1
    for _ in range(3):
        pictured(Video.objects.create(owner=owner))
    with django_assert_num_queries(5):
        rows = api.get(URL).json()["results"]
    assert [len(row["images"]["poster"]) for row in rows] == [3, 3, 3, 3]


def test_others_get_no_address_of_what_is_private(
    shown: Video, stranger: User, as_user: Callable[[User], APIClient], anonymous: APIClient
) -> None:
    open_ones = addresses(anonymous.get(f"{URL}{shown.pk}/").json()["images"])
    assert len(open_ones) == 15
    Video.objects.filter(pk=shown.pk).update(visibility=Video.Visibility.PRIVATE)
    for client in (anonymous, as_user(stranger)):
        assert client.get(f"{URL}{shown.pk}/").status_code in (401, 404)


def test_addresses_close_when_the_video_is_hidden(
    shown: Video, anonymous: APIClient, media: TestClient
) -> None:
    told = anonymous.get(f"{URL}{shown.pk}/").json()
    kinds = {
        told["images"]["storyboard"]["vtt"]: "text/vtt; charset=utf-8",
        told["waveform"]["json"]: "application/json",
        told["images"]["preview"]["webp"]: "image/webp",
    }
    for url, kind in kinds.items():
        answer = media.get(urlsplit(url).path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind), url
    Video.objects.filter(pk=shown.pk).update(visibility=Video.Visibility.PRIVATE)
    for url in kinds:
        assert media.get(urlsplit(url).path).status_code == 403


def test_no_picture_is_found_without_a_token_of_its_video(
    shown: Video, owner: User, anonymous: APIClient, media: TestClient
) -> None:
    other = pictured(Video.objects.create(owner=owner))
    of_shown = anonymous.get(f"{URL}{shown.pk}/").json()["images"]["storyboard"]["vtt"]
    assert shown.release is not None
    assert other.release is not None
    path = urlsplit(of_shown).path
    of_other = other.release.pictures.get(name="storyboard.vtt").key.removeprefix("releases/")
    token = path.split("/")[2]
    assert media.get(f"/m/{token}/{of_other}").status_code == 403
