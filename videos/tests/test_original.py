"""The untouched original: for the owner and staff, by an address that closes with their rights."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from videos.models import Source, Video
from videos.playback import filenames
from videos.playback.media import MediaApp

URL = "/api/v1/videos/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media() -> TestClient:
    """The media app by itself."""
    return TestClient(MediaApp())  # type: ignore[arg-type]  # starlette's own mapping


def _path(api: APIClient, video: Video) -> str:
    return str(urlsplit(api.get(f"{URL}{video.pk}/original/").json()["url"]).path)


def test_the_owner_gets_the_bytes_as_they_came(
    api: APIClient, video: Video, clip: Path, media: TestClient
) -> None:
    told = api.get(f"{URL}{video.pk}/original/").json()
    assert (told["filename"], told["size"]) == (clip.name, clip.stat().st_size)
    path = urlsplit(told["url"]).path
    answer = media.get(path)
    assert answer.content == clip.read_bytes()
    assert answer.headers["content-disposition"] == f'attachment; filename="{clip.name}"'
    assert answer.headers["content-type"] == "application/octet-stream"
    part = media.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, clip.read_bytes()[10:20])
    assert media.head(path).headers["content-length"] == str(clip.stat().st_size)


def test_others_do_not_get_it_even_where_they_see_the_video(
    video: Video, stranger: User, as_user: Callable[[User], APIClient]
) -> None:
    assert as_user(stranger).get(f"{URL}{video.pk}/original/").status_code == 404
    Video.objects.update(visibility="public")
    answer = as_user(stranger).get(f"{URL}{video.pk}/original/")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_a_moved_or_changed_address_opens_nothing(
    api: APIClient, video: Video, media: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _path(api, video)
    other = Video.objects.create(owner=video.owner, source=video.source)
    assert media.get(path.replace(str(video.pk), str(other.pk))).status_code == 403
    assert media.get(path.replace("/m/", "/m/z")).status_code == 403
    assert media.get(f"/m/x/original/{video.pk}").status_code == 403
    assert media.get("/m/x.y.z/original/../../etc/passwd").status_code == 403
    now = time.time() + 13 * 3600
    monkeypatch.setattr("videos.playback.originals.time.time", lambda: now)
    assert media.get(path).status_code == 403


@pytest.mark.parametrize(
    "end",
    [
        lambda: Video.objects.update(deleted_at=timezone.now()),
        lambda: User.objects.update(is_active=False),
        lambda: Source.objects.update(dropped_at=timezone.now()),
        lambda: Video.objects.update(owner=User.objects.create_user("x@example.com", "a long one")),
    ],
)
def test_it_closes_when_the_rights_end(
    api: APIClient, video: Video, media: TestClient, end: Callable[[], object]
) -> None:
    path = _path(api, video)
    assert media.get(path).status_code == 200
    end()
    assert media.get(path).status_code == 403


def test_a_dropped_original_and_one_that_never_came_are_told(api: APIClient, video: Video) -> None:
    Source.objects.update(dropped_at=timezone.now())
    answer = api.get(f"{URL}{video.pk}/original/")
    assert (answer.status_code, answer.json()["code"]) == (409, "original_dropped")
    Video.objects.update(source=None)
    answer = api.get(f"{URL}{video.pk}/original/")
    assert (answer.status_code, answer.json()["code"]) == (409, "source_missing")


def test_the_page_has_a_button_for_it(client: Client, ready_video: Video, owner: User) -> None:
    client.force_login(owner)
    address = f"/watch/{ready_video.pk}/original/"
    assert f'href="{address}"' in client.get(f"/watch/{ready_video.pk}/").content.decode()
    assert client.get(address)["Location"].startswith("/m/")


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("a walk.mp4", "a walk.mp4"),
        ('a"b\r\nc.mp4', "a b c.mp4"),
        ("../../etc/passwd", "etc passwd"),
        (".hidden", "hidden"),
        ("", "original"),
    ],
)
def test_the_name_is_safe_to_save(name: str, saved: str) -> None:
    assert filenames.safe(name) == saved
