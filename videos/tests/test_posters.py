"""The poster that an owner sends with a video: taken, shown, kept and deleted with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client
from PIL import Image as Pillow
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from processing import services as processing
from processing.pipeline import attempt
from tests.killed import killed_at
from videos import installation, keys, objects, purge, trash
from videos.ingest import closing
from videos.models import StoredObject, Upload, Video
from videos.objects import unknown
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.storage import StorageUnavailable, outputs
from videos.storage.disk import DiskStorage

pytestmark = pytest.mark.django_db

URL = "/api/v1/videos/"
SECRET = b"taken at home"
State = StoredObject.State
Send = Callable[..., Any]


def picture(format: str = "JPEG", size: tuple[int, int] = (1600, 900), **saved: Any) -> bytes:
    """A teal image."""
    file = io.BytesIO()
    Pillow.new("RGB", size, "teal").save(file, format, **saved)
    return file.getvalue()


@pytest.fixture
def media(transactional_db: None) -> TestClient:
    """The media app by itself, which looks into the rows each time."""
    return TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's own


@pytest.fixture
def send(api: APIClient, clip: Path) -> Send:
    """Post a clip with a poster."""

    def post(
        poster: bytes | None = None, *, first: bool = False, key: str = "", **form: Any
    ) -> Any:
        headers: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        file = {"file": SimpleUploadedFile("clip.mp4", clip.read_bytes())}
        given = picture() if poster is None else poster
        image = {"poster": SimpleUploadedFile("me.jpg", given)}
        return api.post(URL, (image | form | file) if first else (file | form | image), **headers)

    return post


def path(address: str) -> str:
    return urlsplit(address).path


def of_poster() -> dict[str, str]:
    """The registered objects of posters that were given, and their states."""
    rows = StoredObject.objects.filter(key__startswith=keys.POSTERS)
    return {key.rpartition("/")[2]: state for key, state in rows.values_list("key", "state")}


ALL_STORED = dict.fromkeys(keys.POSTER_FILES, State.STORED)


@pytest.mark.parametrize("first", [True, False])
def test_a_poster_is_shown_at_once(send: Send, media: TestClient, *, first: bool) -> None:
    answer = send(first=first)
    assert answer.status_code == 201
    shown = media.get(path(answer.json()["poster"]))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert Pillow.open(io.BytesIO(shown.content)).size == (1280, 720)
    assert of_poster() == ALL_STORED


def test_the_full_picture_is_kept_without_what_its_file_says(send: Send) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = SECRET.decode()
    send(picture(exif=exif, comment=SECRET))
    poster = Video.objects.get().own_poster
    assert poster is not None
    for name, longest in ((keys.FULL_POSTER, 1600), (keys.POSTER, 1280), (keys.SMALL_POSTER, 640)):
        data = b"".join(outputs().blocks(keys.in_poster(poster, name)))
        assert Pillow.open(io.BytesIO(data)).height == longest
        assert SECRET not in data


def test_it_comes_in_three_sizes_as_jpeg_and_webp(send: Send, media: TestClient) -> None:
    told = send().json()["images"]["poster"]
    assert [(width, one["width"], one["height"]) for width, one in told.items()] == [
        ("320", 320, 180), ("640", 640, 360), ("1280", 1280, 720),
    ]  # fmt: skip
    for one in told.values():
        for format in ("jpeg", "webp"):
            answer = media.get(path(one[format]))
            assert answer.headers["content-type"] == f"image/{format}"
            found = Pillow.open(io.BytesIO(answer.content))
            assert (found.format, found.size) == (format.upper(), (one["width"], one["height"]))


def test_a_small_image_is_not_enlarged_and_told_once(send: Send) -> None:
    told = send(picture(size=(400, 300))).json()["images"]["poster"]
    assert {width: (one["width"], one["height"]) for width, one in told.items()} == {
        "320": (320, 240), "640": (400, 300),
    }  # fmt: skip


def test_of_a_poster_that_the_version_before_stored_nothing_is_missed(send: Send) -> None:
    video_id = send().json()["id"]
    video = Video.objects.get()
    assert video.own_poster is not None
    earlier = keys.poster_files(video.own_poster, keys.EARLIER_POSTER_FILES)
    later = set(keys.poster_files(video.own_poster)) - set(earlier)
    assert len(later) == 4
    StoredObject.objects.filter(key__in=later).delete()
    outputs().delete_keys(list(later))
    # That version knows no sizes; what it left there is of the poster before.
    for sizes in (None, {"0192d3a0-0000-7000-8000-000000000000": {"poster.jpg": [1, 1]}}):
        Video.objects.update(own_poster_sizes=sizes)
        shown = APIClient()
        shown.force_authenticate(video.owner)
        told = shown.get(f"{URL}{video_id}/").json()["images"]["poster"]
        assert {width: one["webp"] for width, one in told.items()} == {"640": None, "1280": None}
        call_command("fsck", stdout=io.StringIO())


@pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF", "AVIF"])
def test_other_formats_are_taken(send: Send, format: str) -> None:
    assert send(picture(format, (64, 36))).status_code == 201


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("poster", "status", "code"),
    [
        (b"", 400, "poster_invalid"),
        (b"no image", 400, "poster_invalid"),
        (picture()[:-200], 400, "poster_invalid"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 400, "poster_invalid"),
        (picture("PNG", (20_000, 10_000)), 413, "poster_too_large"),
    ],
    ids=["empty", "text", "cut off", "svg", "too many pixels"],
)
def test_a_broken_poster_is_refused_before_the_video_is_taken(
    send: Send, poster: bytes, status: int, code: str, *, first: bool
) -> None:
    answer = send(poster, first=first)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Video.objects.exists()
    assert not Upload.objects.exists()
    assert not StoredObject.objects.exists()


def test_a_poster_of_too_many_bytes_is_refused(send: Send, settings: Any) -> None:
    settings.MAX_IMAGE_BYTES = 1000
    answer = send()
    assert (answer.status_code, answer.json()["code"]) == (413, "poster_too_large")
    assert not Video.objects.exists()


def test_only_one_poster_is_taken(api: APIClient, clip: Path) -> None:
    two = [SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.jpg", picture())]
    answer = api.post(URL, {"file": SimpleUploadedFile("a.mp4", clip.read_bytes()), "poster": two})
    assert answer.json()["errors"][0]["code"] == "too_many_files"


def test_a_poster_that_is_text_is_refused(api: APIClient, clip: Path) -> None:
    form = {"file": SimpleUploadedFile("a.mp4", clip.read_bytes()), "poster": "https://a.example/"}
    answer = api.post(URL, form)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "poster"


def test_no_temporary_file_stays(send: Send, settings: Any) -> None:
    send()
    send(b"no image")
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_processing_again_keeps_it(
    send: Send, api: APIClient, work_off: Callable[[], None]
) -> None:
    told = send().json()
    work_off()
    ready = api.get(f"{URL}{told['id']}/").json()
    assert ready["status"] == "ready"
    video = Video.objects.get()
    assert video.release is not None
    assert video.release.poster_key
    assert f"/{video.own_poster}/" in ready["poster"]
    processing.reprocess(video)
    work_off()
    assert Video.objects.get().own_poster == video.own_poster
    assert of_poster() == ALL_STORED
    library = Client()
    library.force_login(video.owner)
    page = library.get("/").content.decode()
    assert f"/{video.own_poster}/{keys.SMALL_POSTER}" in page
    watch = library.get(f"/watch/{video.pk}/").content.decode()
    assert f"/{video.own_poster}/{keys.POSTER}" in watch


def test_the_admin_lists_it(send: Send, moderator: User, client: Client) -> None:
    send()
    client.force_login(moderator)
    page = client.get("/admin/videos/video/").content.decode()
    assert f"/{Video.objects.get().own_poster}/{keys.SMALL_POSTER}" in page


def test_it_is_hidden_deleted_and_restored_with_its_video(
    send: Send, api: APIClient, media: TestClient
) -> None:
    told = send(visibility="public").json()
    anybody = APIClient().get(f"{URL}{told['id']}/").json()["poster"]
    mine = path(told["poster"])
    assert media.get(path(anybody)).status_code == 200
    api.patch(f"{URL}{told['id']}/", {"visibility": "private"}, format="json")
    assert media.get(path(anybody)).status_code == 403
    assert APIClient().get(f"{URL}{told['id']}/").status_code == 401
    mine = path(api.get(f"{URL}{told['id']}/").json()["poster"])
    assert media.get(mine).status_code == 200
    video = Video.objects.get()
    trash.discard(video)
    assert media.get(mine).status_code == 403
    trash.restore(video)
    assert media.get(mine).status_code == 200


def test_purging_the_video_deletes_it(send: Send, media: TestClient) -> None:
    address = path(send().json()["poster"])
    assert installation.may_delete()
    purge.purge(Video.objects.get())
    assert media.get(address).status_code == 403
    assert set(of_poster().values()) == {State.DELETING}
    objects.delete_marked()
    assert of_poster() == {}
    assert not list(outputs().list_prefix(keys.POSTERS))


def test_the_release_before_deletes_the_video_and_it_is_deleted_too(send: Send) -> None:
    send()
    Video.objects.all().delete()
    objects.mark_ownerless()
    assert set(of_poster().values()) == {State.DELETING}


def test_it_is_no_unknown_object_and_a_lost_one_is_told(send: Send) -> None:
    video_id = send().json()["id"]
    assert installation.may_delete()
    StoredObject.objects.filter(key__startswith=keys.POSTERS).delete()
    assert list(unknown.every(StoredObject.Storage.OUTPUTS)) == []
    out = io.StringIO()
    poster = Video.objects.get().own_poster
    assert poster is not None
    outputs().delete_keys([keys.in_poster(poster, keys.POSTER)])
    with pytest.raises(SystemExit):
        call_command("fsck", "--json", stdout=out)
    missing = [line for line in out.getvalue().splitlines() if keys.POSTER in line]
    assert len(missing) == 1
    assert video_id in missing[0]


def test_a_storage_that_is_away_leaves_nothing(send: Send) -> None:
    with patch.object(DiskStorage, "put_file", side_effect=StorageUnavailable("away")):
        assert send().status_code == 503
    assert Video.objects.get().own_poster is None
    attempt.mark_abandoned()
    assert set(of_poster().values()) == {State.DELETING}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ("videos.ingest.posters._record", dict.fromkeys(keys.POSTER_FILES, State.DELETING)),
        ("videos.ingest.services.store_and_finish", ALL_STORED),
    ],
)
def test_of_a_killed_upload_nothing_is_lost_or_left(
    send: Send, point: str, kept: dict[str, str]
) -> None:
    killed_at(point, send)
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert closing.expire_uploads() == 1
    attempt.mark_abandoned()
    assert of_poster() == kept
    purge.purge(Video.objects.get())
    assert set(of_poster().values()) == {State.DELETING}


def test_canceled_while_it_is_stored(send: Send) -> None:
    def cancel(*_: Any, **__: Any) -> None:
        if Video.objects.get().status != Video.Status.CANCELED:
            processing.cancel(Video.objects.get())

    with patch.object(DiskStorage, "put_file", side_effect=cancel):
        answer = send()
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_canceled")
    attempt.mark_abandoned()
    assert set(of_poster().values()) == {State.DELETING}


def test_a_key_makes_one_video_and_tells_the_posters_apart(send: Send) -> None:
    first, again = (send(key="k").json()["id"] for _ in range(2))
    assert first == again
    assert send(picture(size=(64, 36)), key="k").json()["code"] == "idempotency_mismatch"
