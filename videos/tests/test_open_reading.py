"""What is open to everybody is read without a key, and nothing else is."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from processing.models import Run
from videos import trash
from videos.models import Release, Video

URL = "/api/v1/videos/"


@pytest.fixture
def anybody() -> APIClient:
    """Who sends no key."""
    return APIClient()


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
def test_an_open_video_is_read_and_played_without_a_key(
    anybody: APIClient, ready_video: Video, visibility: str
) -> None:
    Release.objects.update(notices=[{"code": "x", "message": "x", "details": {}}])
    Video.objects.update(visibility=visibility, error_code="x", error_message="x")
    answer = anybody.get(f"{URL}{ready_video.pk}/")
    assert answer.status_code == 200
    told = answer.json()
    assert told["playback"]["hls"]
    assert told["playback"]["dash"]
    assert told["poster"]
    assert (told["owner"], told["job"], told["error"], told["notices"]) == (None, None, None, [])
    assert (told["source"]["filename"], told["source"]["sha256"]) == (None, None)
    status = anybody.get(f"{URL}{ready_video.pk}/status/")
    assert (status.status_code, status.json()["status"]) == (200, "ready")
    assert (status.json()["job"], status.json()["error"]) == (None, None)


@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": "private"},
        {"visibility": "draft"},
        {"moderation": "pending"},
        {"moderation": "rejected"},
        {"deleted_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_is_hidden_is_as_what_is_not_there(
    anybody: APIClient, ready_video: Video, hidden: dict[str, str]
) -> None:
    Video.objects.update(visibility="public")
    Video.objects.update(**hidden)
    answers = [anybody.get(f"{URL}{one}/{end}") for one in (ready_video.pk, uuid4())
               for end in ("", "status/")]  # fmt: skip
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer["WWW-Authenticate"]
    details = {answer.json()["detail"] for answer in answers}
    assert len(details) == 1


def test_a_wrong_key_is_told_also_of_an_open_video(anybody: APIClient, ready_video: Video) -> None:
    Video.objects.update(visibility="public")
    anybody.credentials(HTTP_AUTHORIZATION="Bearer vl_wrong")
    answer = anybody.get(f"{URL}{ready_video.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_api_key")


def test_nothing_but_reading_goes_without_a_key(anybody: APIClient, ready_video: Video) -> None:
    Video.objects.update(visibility="public")
    one = f"{URL}{ready_video.pk}/"
    for method, address in (
        ("get", URL),
        ("post", URL),
        ("get", "/api/v1/jobs/"),
        ("get", "/api/v1/profiles/"),
        ("patch", one),
        ("delete", one),
        ("delete", f"{one}?purge=true"),
        ("get", f"{one}jobs/"),
        *[("post", f"{one}{name}/") for name in ("reprocess", "cancel", "restore")],
    ):
        answer = getattr(anybody, method)(address, {}, format="json")
        assert answer.status_code == 401, (method, address)
    assert Video.objects.get().deleted_at is None
    assert Run.objects.count() == 1


def test_a_stranger_restores_nothing(anybody: APIClient, ready_video: Video) -> None:
    trash.discard(ready_video)
    assert anybody.post(f"{URL}{ready_video.pk}/restore/").status_code == 401
