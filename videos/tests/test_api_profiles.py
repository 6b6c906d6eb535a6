"""Encoding profiles through the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from processing.models import EncodingProfile, EncodingRung

pytestmark = pytest.mark.usefixtures("every_picture")

URL = "/api/v1/profiles/"


def test_the_profiles_there_are(api: APIClient) -> None:
    answer = api.get(URL)
    assert answer.status_code == 200
    told = {profile["name"]: profile for profile in answer.json()}
    assert sorted(told) == ["audio", "default", "fast", "quality"]
    assert [name for name, profile in told.items() if profile["is_default"]] == ["default"]
    assert told["fast"] == {
        "name": "fast",
        "description": "Two sizes, made as quickly as can be.",
        "is_default": False,
        "codec": "h264",
        "preset": "ultrafast",
        "copies": True,
        "takes_incomplete": True,
        "left_out": [],
        "audio_bitrate": 128_000,
        "audio_codecs": ["aac"],
        "alternate_rungs": [],
        "rungs": [
            {"short_side": 720, "crf": 22, "maxrate": 3_200_000},
            {"short_side": 360, "crf": 23, "maxrate": 900_000},
        ],
        "downloads": [720],
    }


def test_one_profile(api: APIClient) -> None:
    assert api.get(f"{URL}audio/").json()["rungs"] == []
    assert api.get(f"{URL}nobody/").status_code == 404


def test_who_is_not_logged_in_is_told_nothing(db: None) -> None:
    assert APIClient().get(URL).status_code == 401


def test_profiles_are_edited_in_the_admin_alone(api: APIClient) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(api, method)(f"{URL}fast/", {}, format="json").status_code == 405
    assert api.post(URL, {"name": "x"}, format="json").status_code == 405


def test_the_list_costs_the_same_whatever_its_length(
    api: APIClient, django_assert_num_queries: Any
) -> None:
    api.get(URL)
    with django_assert_num_queries(4):
        api.get(URL)
    for name in ("one", "two", "three"):
        made = EncodingProfile.objects.create(name=name)
        EncodingRung.objects.create(profile=made, short_side=720, maxrate_kbps=3000)
    with django_assert_num_queries(4):
        assert len(api.get(URL).json()) == 7
