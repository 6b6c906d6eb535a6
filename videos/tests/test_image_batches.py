"""Images in batches of imports."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from PIL import Image as Pillow
from rest_framework.test import APIClient

from tests.bad_server import BadServer, serving, whole
from tests.networks import LOOPBACK
from videos.api import import_batches
from videos.fetching import download
from videos.ingest import image_batches, image_imports, imports
from videos.models import IdempotencyKey, Image, Upload, Video

pytestmark = pytest.mark.django_db(transaction=True)
BATCH = "/api/v1/videos/import/batch/"


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A server that is allowed although it is on this machine."""
    settings.FETCH_PRIVATE = LOOPBACK
    monkeypatch.setattr(download, "_PAUSE_SECONDS", 0.01)
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_file_stays(settings: LazySettings) -> Iterator[None]:
    yield
    assert list(Path(settings.UPLOAD_DIR).iterdir()) == []


def picture(colour: str) -> bytes:
    """A small PNG."""
    file = io.BytesIO()
    Pillow.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


def image(url: str, **more: Any) -> dict[str, Any]:
    """An item of a batch."""
    return {"url": url, "type": "image", **more}


def ask(api: APIClient, *items: Any, **headers: Any) -> list[Any]:
    """Send a batch; return the answers."""
    answer = api.post(BATCH, {"items": items}, format="json", **headers)
    assert answer.status_code == 200, answer.content
    told: list[Any] = answer.json()["items"]
    return told


def test_videos_and_images_of_a_batch_are_answered_in_order(
    api: APIClient, server: BadServer
) -> None:
    sea = server.at("/sea.png", whole(picture("teal")))
    told = ask(
        api,
        image(sea, title="Sea", tags=["sea"]),
        {"url": "https://example.com/a.mp4"},
        image(server.at("/page", whole(b"<!DOCTYPE html><html></html>"))),
        image("http://10.0.0.1/a.png"),
        image(server.at("/no.png", whole(b"no image"))),
        image(server.url("/none.png")),
        image(sea, visibility="public"),
        image(sea, external_id="one"),
        image(sea, sha256="0" * 64),
    )
    assert [(one["status"], one["code"]) for one in told] == [
        (201, None),
        (202, None),
        (422, "fetch_html"),
        (400, "fetch_forbidden_address"),
        (400, "image_invalid"),
        (422, "fetch_not_found"),
        (400, "unknown_field"),
        (201, None),
        (422, "fetch_checksum_mismatch"),
    ]
    first = Image.objects.get(pk=told[0]["image"])
    assert (first.title, first.tags) == ("Sea", ["sea"])
    assert told[1]["video"] == str(Video.objects.get().pk)
    assert [one["image"] for one in told if one["status"] != 201] == [None] * 7
    assert Image.objects.count() == 2


def test_two_images_of_one_external_id_are_one(api: APIClient, server: BadServer) -> None:
    sea = server.at("/sea.png", whole(picture("teal")))
    told = ask(api, image(sea, external_id="a"), image(sea, external_id="a"))
    assert sorted(one["code"] or "" for one in told) == ["", "external_id_taken"]
    assert Image.objects.count() == 1


def test_a_server_that_drips_takes_no_longer_than_a_batch(
    api: APIClient, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batches, "FETCH_SECONDS", 1.5)
    slow = server.at("/slow.png", lambda _, wire: wire.wait(20))
    fine = server.at("/sea.png", whole(picture("teal")))
    told = ask(api, image(slow), image(fine), image(slow))
    assert [one["code"] for one in told] == ["batch_timeout", None, "batch_timeout"]
    assert not Upload.objects.exists()


def test_what_is_not_begun_in_time_is_not_begun(
    api: APIClient, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_batches, "BEGIN_WITHIN_SECONDS", -1.0)
    told = ask(api, image(server.url()), {"url": "https://example.com/a.mp4"})
    assert [(one["status"], one["code"]) for one in told] == [
        (503, "batch_timeout"),
        (202, None),
    ]
    assert server.asked == []


def test_only_a_few_requests_fetch_images_at_once(api: APIClient) -> None:
    held = [import_batches.fetching.acquire(blocking=False) for _ in range(4)]
    try:
        [told] = ask(api, image("https://example.com/a.png"))
    finally:
        for _ in filter(None, held):
            import_batches.fetching.release()
    assert (told["status"], told["code"]) == (503, "images_unavailable")


def test_a_batch_that_is_sent_again_imports_no_image_twice(
    api: APIClient, server: BadServer
) -> None:
    sea = server.at("/sea.png", whole(picture("teal")))
    first = ask(api, image(sea), image(sea), HTTP_IDEMPOTENCY_KEY="k")
    assert ask(api, image(sea), image(sea), HTTP_IDEMPOTENCY_KEY="k") == first
    assert Image.objects.count() == 2
    noted = IdempotencyKey.objects.get().made
    assert {pk for kind, pk in noted} == {one["image"] for one in first}


def test_an_error_of_our_own_is_no_refusal(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(image_imports, "import_url", breaks)
    with pytest.raises(ZeroDivisionError):
        ask(api, image("https://example.com/a.png"))


def test_a_database_that_is_away_is_said_of_each_item(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(image_imports, "import_url", away)
    monkeypatch.setattr(imports, "start", away)
    told = ask(api, image("https://example.com/a.png"), {"url": "https://example.com/a.mp4"})
    assert [one["code"] for one in told] == ["database_unavailable"] * 2
