"""Images are imported from URLs."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.models import User
from processing.images.examine import ImageInvalid
from tests.bad_server import BadServer, cut, serving, whole
from tests.networks import LOOPBACK
from videos.fetching import download, urls
from videos.fetching.errors import FetchFailed
from videos.ingest.image_imports import import_url
from videos.ingest.images import ImageSettings
from videos.models import IdempotencyKey, Image, Source, StoredObject


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A server that is allowed although it is on this machine."""
    settings.FETCH_PRIVATE = LOOPBACK
    monkeypatch.setattr(download, "_PAUSE_SECONDS", 0.01)
    with serving() as server:
        yield server


@pytest.fixture
def sent() -> bytes:
    """A small JPEG."""
    file = io.BytesIO()
    Pillow.new("RGB", (64, 48), "teal").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(autouse=True)
def _no_file_stays(settings: LazySettings) -> Iterator[None]:
    yield
    assert list(Path(settings.UPLOAD_DIR).iterdir()) == []


def test_an_image_arrives_with_its_hash_name_and_origin(
    server: BadServer, owner: User, sent: bytes
) -> None:
    url = server.at("/sea.jpg", cut(whole(sent), 100))
    sha256 = hashlib.sha256(sent).hexdigest()
    image = import_url(owner, f"{url}?token=secret", ImageSettings(tags=("sea",)), sha256=sha256)
    assert (image.title, image.tags, image.width) == ("sea", ["sea"], 64)
    assert (image.source.sha256, image.source.origin) == (sha256, Source.Origin.URL)
    assert "secret" not in image.source.origin_url


def test_what_is_no_image_is_refused(server: BadServer, owner: User) -> None:
    with pytest.raises(ImageInvalid):
        import_url(owner, server.at("/a.jpg", whole(b"no image" * 100)), ImageSettings())
    assert not StoredObject.objects.exists()


def test_a_larger_file_is_not_fetched(
    server: BadServer, owner: User, sent: bytes, settings: LazySettings
) -> None:
    settings.MAX_IMAGE_BYTES = 100
    with pytest.raises(FetchFailed) as failed:
        import_url(owner, server.at("/a.jpg", whole(sent)), ImageSettings())
    assert "large" in failed.value.code
    assert not Image.objects.exists()


def test_another_hash_is_refused(server: BadServer, owner: User, sent: bytes) -> None:
    with pytest.raises(FetchFailed) as failed:
        import_url(owner, server.at("/a.jpg", whole(sent)), ImageSettings(), sha256="0" * 64)
    assert "checksum" in failed.value.code


def test_addresses_of_this_network_are_refused(owner: User) -> None:
    with pytest.raises(urls.UrlWrong):
        import_url(owner, "http://10.0.0.1/a.jpg", ImageSettings())


def ask(api: APIClient, url: str, **more: object) -> Any:
    """Import an image by the API."""
    body = {"url": url, "type": "image"} | more
    return api.post("/api/v1/videos/import/", body, format="json", HTTP_IDEMPOTENCY_KEY="k")


def test_the_api_answers_with_the_complete_image(
    server: BadServer, api: APIClient, sent: bytes
) -> None:
    url = server.at("/sea.jpg", whole(sent))
    answer = ask(api, url, tags=["sea"])
    assert (answer.status_code, answer.json()["width"]) == (201, 64)
    assert answer["Location"].endswith(f"/api/v1/images/{answer.json()['id']}/")
    assert ask(api, url, tags=["sea"])["Idempotency-Replayed"] == "true"
    IdempotencyKey.objects.update(status=None, held_until=Now() - timedelta(seconds=1))
    assert ask(api, url, tags=["sea"]).json()["id"] == answer.json()["id"]
    assert Image.objects.count() == 1


def test_the_api_tells_what_went_wrong(server: BadServer, api: APIClient) -> None:
    answer = ask(api, server.at("/page", whole(b"<!DOCTYPE html><html></html>")))
    assert (answer.status_code, answer.json()["code"]) == (422, "fetch_html")
    refused = api.post(
        "/api/v1/videos/import/",
        {"url": "https://example.com/a", "type": "image", "clip": {"start": 1}},
        format="json",
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_field")


def test_an_import_of_a_video_that_was_killed_is_answered(api: APIClient) -> None:
    def begin() -> Any:
        body = {"url": "https://example.com/a.mp4"}
        where = "/api/v1/videos/import/"
        return api.post(where, body, format="json", HTTP_IDEMPOTENCY_KEY="v")

    first = begin().json()
    IdempotencyKey.objects.update(status=None, held_until=Now() - timedelta(seconds=1))
    again = begin()
    assert (again.status_code, again.json()["video"]["id"]) == (202, first["video"]["id"])
    assert again.json()["job"]["id"] == first["job"]["id"]
