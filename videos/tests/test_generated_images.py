"""Images that generators made are imported, each once, or told why not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.models import User
from processing.pipeline.attempt import mark_abandoned
from processing.reconciler.hooks import wake_hooks
from tests.bad_server import Asked, BadServer, Wire, serving, whole
from tests.networks import LOOPBACK
from videos.actors import import_generated_images
from videos.events import log
from videos.fetching import download
from videos.ingest import images
from videos.ingest.hooks import acting, image_outputs, waiting
from videos.models import (
    Event,
    Folder,
    GeneratedImage,
    Generation,
    HookAddress,
    HookDelivery,
    Image,
    Source,
    StoredObject,
    Video,
)
from videos.storage import StorageUnavailable
from videos.tests.hooks import MP4, PREDICTION, SECRET, address_of, post, prediction

PAST = "2026-01-01T00:00Z"


@pytest.fixture(autouse=True)
def _secrets(settings: LazySettings) -> Iterator[None]:
    settings.REPLICATE_SECRETS = (SECRET,)
    cache.clear()
    yield
    assert list(Path(settings.UPLOAD_DIR).iterdir()) == []


@pytest.fixture
def address(owner: User) -> HookAddress:
    folder = Folder.objects.create(owner=owner, name="Generated")
    return address_of(owner, folder=folder.pk, tags=("ai",), metadata={"a": 1})


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    """A server of images that is allowed although it is on this machine."""
    settings.FETCH_PRIVATE = LOOPBACK
    monkeypatch.setattr(download, "_PAUSE_SECONDS", 0.01)
    with serving() as server:
        yield server


@pytest.fixture
def url(server: BadServer) -> str:
    """The address of an image, with a secret."""
    file = io.BytesIO()
    Pillow.new("RGB", (64, 48), "teal").save(file, "JPEG")
    return server.at("/sea.jpg", whole(file.getvalue())) + "?token=secret"


def report(address: HookAddress, *outputs: str, delivery_id: str = "msg_1", **members: Any) -> None:
    """Report outputs, and act on the report."""
    told = prediction(output=list(outputs), **members)
    assert post(address, told, delivery_id=delivery_id).status_code == 200
    acting.act_on_due()


def again() -> None:
    """Import what waits, whenever it is due."""
    GeneratedImage.objects.filter(next_at__isnull=False).update(next_at=PAST)
    image_outputs.import_due()


def test_an_image_is_imported_with_its_provenance_and_settings(
    address: HookAddress, owner: User, url: str, api: APIClient
) -> None:
    report(address, url)
    assert not Image.objects.exists()
    assert image_outputs.import_due() == 1
    image = Image.objects.select_related("source", "folder").get()
    assert (image.owner, image.title, image.tags) == (owner, "a walk by the sea", ["ai"])
    assert image.folder is not None
    assert (image.folder.name, image.metadata) == ("Generated", {"a": 1})
    assert image.external_id == f"replicate:{PREDICTION}"
    assert image.provenance["prompt"] == "a walk by the sea"
    assert (image.provenance["model"], image.provenance["version"]) == ("owner/waves", "d0a1")
    assert (image.provenance["source"], image.provenance["ai_generated"]) == ("replicate", True)
    assert image.source.origin == Source.Origin.HOOK
    told = api.get("/api/v1/hooks/deliveries/").json()["results"][0]
    assert (told["state"], told["error"], told["video"]) == ("imported", "", None)
    assert told["images"] == [
        {"number": 0, "state": "imported", "image": str(image.pk), "error": ""}
    ]
    assert Generation.objects.get().outputs == [
        {"kind": "image", "state": "imported", "image": str(image.pk)}
    ]


def test_its_address_is_not_kept(address: HookAddress, url: str) -> None:
    report(address, url)
    image_outputs.import_due()
    kept = [*GeneratedImage.objects.values(), *Source.objects.values(), *Event.objects.values()]
    assert "secret" not in str(kept)


def test_it_is_told_to_the_feed(address: HookAddress, url: str) -> None:
    report(address, url)
    image_outputs.import_due()
    event = Event.objects.get(type="image.created")
    assert (event.image_id, event.video_id) == (Image.objects.get().pk, None)


def test_videos_and_images_of_one_job_are_both_imported(address: HookAddress, url: str) -> None:
    report(address, MP4, url)
    image_outputs.import_due()
    assert Video.objects.get().title == "a walk by the sea (1)"
    assert Image.objects.get().title == "a walk by the sea (2)"
    assert [one["state"] for one in Generation.objects.get().outputs] == ["imported", "imported"]


def test_reports_in_any_number_make_one_image(address: HookAddress, url: str) -> None:
    for number in range(3):
        report(address, url, delivery_id=f"msg_{number}")
        again()
    assert Image.objects.count() == GeneratedImage.objects.count() == 1


def test_two_workers_at_one_image_make_one(
    address: HookAddress, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(address, url)
    real = images._finish
    begun: list[bool] = []

    def finish(*args: Any) -> Image:
        if not begun:  # the first is slow: its lease is over, and another takes the image
            begun.append(True)
            again()
        return real(*args)

    monkeypatch.setattr(images, "_finish", finish)
    image_outputs.import_due()
    image = Image.objects.get()
    assert GeneratedImage.objects.get().image == image
    mark_abandoned()
    standing = StoredObject.objects.exclude(state="deleting").values_list("key", flat=True)
    assert set(standing) == {image.source.key, image.copy_key, image.thumbnail_key}


def test_a_worker_that_dies_loses_no_image(
    address: HookAddress, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: Any) -> None:
        raise Killed

    report(address, url)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(images, "_finish", dies)
        image_outputs.import_due()
    assert image_outputs.import_due() == 0  # until the lease is over
    again()
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"no image", 200, "image_invalid"), (b"", 404, "fetch_not_found")],
)
def test_what_cannot_be_imported_is_told_everywhere(
    address: HookAddress, server: BadServer, api: APIClient, body: bytes, status: int, code: str
) -> None:
    def answer(asked: Asked, wire: Wire) -> None:
        wire.answer(status, body)

    report(address, server.at("/bad.png", answer))
    image_outputs.import_due()
    assert not Image.objects.exists()
    told = api.get("/api/v1/hooks/deliveries/").json()["results"][0]
    assert (told["state"], told["error"]) == ("refused", code)
    assert told["images"] == [{"number": 0, "state": "failed", "image": None, "error": code}]
    assert Generation.objects.get().outputs == [
        {"kind": "image", "state": "not_imported", "error": code}
    ]
    log.sequence()
    event = Event.objects.get(type="image.failed")
    assert event.payload["error"]["code"] == code
    assert not waiting.images().exists()


def test_an_address_of_this_network_is_never_fetched(address: HookAddress) -> None:
    report(address, "http://127.0.0.1/a.png")
    image_outputs.import_due()
    assert HookDelivery.objects.get().error_code == "fetch_forbidden_address"


def test_a_storage_that_is_away_is_tried_again(
    address: HookAddress, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StorageUnavailable

    report(address, url)
    with monkeypatch.context() as patched:
        patched.setattr(images, "_store", away)
        image_outputs.import_due()
    row = GeneratedImage.objects.get()
    assert row.next_at is not None
    assert (row.state, row.next_at > timezone.now()) == ("waiting", True)
    again()
    assert Image.objects.count() == 1


def test_what_fails_for_ever_is_given_up(
    address: HookAddress, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(images, "_store", breaks)
    report(address, url)
    for _ in range(3):
        again()
    assert GeneratedImage.objects.get().error_code == "internal_error"
    assert not GeneratedImage.objects.filter(next_at__isnull=False).exists()


def test_who_was_deactivated_in_the_meantime_gets_nothing(
    address: HookAddress, owner: User, url: str
) -> None:
    report(address, url)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    image_outputs.import_due()
    assert HookDelivery.objects.get().error_code == "upload_not_allowed"


def test_a_folder_that_is_gone_costs_no_image(address: HookAddress, url: str) -> None:
    report(address, url)
    Folder.objects.all().delete()
    image_outputs.import_due()
    assert Image.objects.get().folder is None


def test_a_worker_that_stops_puts_the_image_back(
    address: HookAddress, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(address, url)
    asked = iter([None])
    image_outputs.import_due(lambda: next(asked, "stopping"))
    row = GeneratedImage.objects.get()
    assert (row.state, row.tries) == ("waiting", 0)
    image_outputs.import_due()
    assert Image.objects.count() == 1


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_a_burst_of_images_makes_each_once(owner: User, address: HookAddress, url: str) -> None:
    """500 reports of 40 jobs while two workers import."""

    def send(number: int) -> None:
        told = prediction(output=[url], id=f"p{number % 40}")
        assert post(address, told, delivery_id=f"msg_{number}").status_code == 200
        connection.close()

    def work(_: int) -> None:
        acting.act_on_due()
        image_outputs.import_due()
        connection.close()

    with ThreadPoolExecutor(4) as senders, ThreadPoolExecutor(2) as workers:
        answers = senders.map(send, range(500))
        while waiting.is_anything() or waiting.images().exists() or not Image.objects.exists():
            list(workers.map(work, range(2)))
        list(answers)
    while waiting.is_anything() or waiting.images().exists():
        work(0)
    named = list(Image.objects.values_list("external_id", flat=True))
    assert sorted(named) == sorted(f"replicate:p{number}" for number in range(40))


def test_the_actor_is_woken_and_wakes_itself(address: HookAddress, url: str) -> None:
    dramatiq.get_broker().flush(waiting.IMAGES_QUEUE)
    report(address, url)
    assert wake_hooks() == 1
    import_generated_images()
    assert Image.objects.count() == 1
    dramatiq.get_broker().flush(waiting.IMAGES_QUEUE)
