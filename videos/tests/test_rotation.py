"""Replacing a video's addresses cuts those that were given out before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts import api_keys
from accounts.api_keys import Terms
from accounts.models import AuditEntry, User
from tests import staff
from videos import access
from videos.models import Event, Track, Video
from videos.playback import rotation, tokens
from videos.playback import services as playback
from videos.playback.gate import Audience, Gate
from videos.playback.media import MediaApp
from videos.playback.rendering import Renderer

URL = "/api/v1/videos/"


@pytest.fixture
def media() -> TestClient:
    """The media app by itself, asking the rows each time."""
    app = MediaApp(Renderer(growing_seconds=0), Gate(seconds=0))
    return TestClient(app)  # type: ignore[arg-type]  # starlette's own mapping


def _addresses(api: APIClient, video: Video) -> list[str]:
    """The playlist, the poster, a text of a track and the original."""
    made: dict[str, Any] = {"video": video, "kind": "captions", "origin": "api", "state": "ready"}
    track, _ = Track.objects.get_or_create(**made)
    shown = _loaded(video)
    found = [
        playback.hls_url(shown, video.owner),
        playback.poster_url(shown, video.owner),
        f"{playback.tracks_url(shown, video.owner)}{track.pk}.vtt",
        urlsplit(api.get(f"{URL}{video.pk}/original/").json()["url"]).path,
    ]
    assert all(found)
    return [one or "" for one in found]


def _loaded(video: Video) -> Video:
    return Video.objects.select_related("source", "release").get(pk=video.pk)


def _statuses(media: TestClient, paths: list[str]) -> list[int]:
    return [media.get(path).status_code for path in paths]


@pytest.mark.django_db(transaction=True)
def test_old_addresses_close_and_new_ones_open(
    api: APIClient, ready_video: Video, media: TestClient
) -> None:
    given = _addresses(api, ready_video)
    assert _statuses(media, given) == [200] * 4
    for _ in range(2):
        before = given
        answer = api.post(f"{URL}{ready_video.pk}/rotate_playback/")
        assert answer.status_code == 200
        given = _addresses(api, ready_video)
        assert given[0] in str(answer.json())
        assert _statuses(media, given) == [200] * 4
        assert _statuses(media, before) == [403] * 4
    assert Event.objects.filter(type="video.updated").last().payload["changed"] == ["playback"]  # type: ignore[union-attr]  # there is one
    assert AuditEntry.objects.filter(action="video.playback_rotated").count() == 2


@pytest.mark.django_db(transaction=True)
def test_new_addresses_are_good_at_once_while_somebody_watches(
    api: APIClient, ready_video: Video
) -> None:
    app = MediaApp(Renderer(growing_seconds=0), Gate())
    media = TestClient(app)  # type: ignore[arg-type]  # starlette's own mapping
    for _ in range(2):
        assert _statuses(media, _addresses(api, ready_video)) == [200] * 4
        assert api.post(f"{URL}{ready_video.pk}/rotate_playback/").status_code == 200
    assert _statuses(media, _addresses(api, ready_video)) == [200] * 4


def test_a_lighter_generation_cannot_be_made_up() -> None:
    release = uuid4()
    token = tokens.issue(release, duration=0, audience=Audience.OPEN, generation=2)
    assert tokens.check(token, release).generation == 2
    told, _, signature = token.partition(".")
    for other in (told.partition("-")[0], told.replace("-2", "-3"), f"{told}-1", f"{told}-"):
        with pytest.raises((tokens.BadToken, ValueError)):
            tokens.check(f"{other}.{signature}", release)


def test_who_may_change_a_video_replaces_its_addresses(
    video: Video, owner: User, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    path = f"{URL}{video.pk}/rotate_playback/"
    assert APIClient().post(path).status_code == 401
    assert as_user(stranger).post(path).status_code == 404
    reader = APIClient()
    _, secret = api_keys.issue(owner, name="reader", terms=Terms(scopes=["read"]))
    reader.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert reader.post(path).json()["code"] == "insufficient_scope"
    assert as_user(owner).post(path).status_code == 200
    assert access.owned_by(owner).get().playback_generation == 1


def test_the_page_offers_it_to_who_may_change_the_video(
    ready_video: Video, owner: User, stranger: User, moderator: User, client: Client
) -> None:
    Video.objects.update(visibility="public")
    offered = []
    for user in (owner, moderator, stranger, staff.viewer_only()):
        client.force_login(user)
        page = client.get(f"/watch/{ready_video.pk}/").content.decode()
        button = f'data-address="{URL}{ready_video.pk}/rotate_playback/"'
        assert (button in page) == ('id="rotate-dialog"' in page)
        offered.append(button in page)
    assert offered == [True, True, False, False]


def test_a_page_needs_its_token_to_do_it(ready_video: Video, owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.post(f"{URL}{ready_video.pk}/rotate_playback/")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert Video.objects.get().playback_generation == 0


def test_a_video_that_is_gone_is_not_rotated(video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(deleted_at="2026-01-01T00:00:00Z")
    with pytest.raises(Video.DoesNotExist):
        rotation.rotate(video)
