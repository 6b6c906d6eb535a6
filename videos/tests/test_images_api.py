"""/api/v1/images/."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.models import User
from processing.pipeline import attempt
from tests.killed import killed_at
from videos import image_purge, objects
from videos.ingest import closing, images
from videos.models import Folder, IdempotencyKey, Image, Source, StoredObject, Upload
from videos.storage import StorageUnavailable, originals, outputs
from videos.storage.disk import DiskStorage

URL = "/api/v1/images/"
SECRET = "taken at home"
State = StoredObject.State

Send = Callable[..., Any]


def picture(format: str = "JPEG", size: tuple[int, int] = (640, 480), **saved: Any) -> bytes:
    """An image of a gradient."""
    file = io.BytesIO()
    Pillow.radial_gradient("L").resize(size).convert("RGB").save(file, format, **saved)
    return file.getvalue()


@pytest.fixture
def send(api: APIClient) -> Send:
    """Post an image."""

    def post(
        data: bytes | None = None, name: str = "the_sea.jpg", key: str = "", **form: object
    ) -> Any:
        headers: dict[str, Any] = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        file = SimpleUploadedFile(name, picture() if data is None else data)
        return api.post(URL, {"file": file} | form, **headers)

    return post


def stored() -> dict[str, str]:
    """The registered objects, and their states."""
    return dict(StoredObject.objects.values_list("key", "state"))


def test_an_image_is_complete_with_the_answer(send: Send, owner: User) -> None:
    data = picture()
    answer = send(data, tags='["sea"]', metadata='{"order": 7}', external_id="7")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["title"], told["format"], told["width"], told["height"]) == (
        "the sea",
        "jpeg",
        640,
        480,
    )
    assert (told["tags"], told["metadata"], told["external_id"]) == (["sea"], {"order": 7}, "7")
    assert answer["Location"].endswith(f"{URL}{told['id']}/")
    assert told["source"]["sha256"] == hashlib.sha256(data).hexdigest()
    image = Image.objects.get()
    assert b"".join(originals().blocks(image.source.key)) == data
    assert stored() == dict.fromkeys(
        [image.source.key, image.copy_key, image.thumbnail_key], State.STORED
    )
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("format", "name", "suffix"),
    [
        ("JPEG", "jpeg", "jpg"),
        ("PNG", "png", "png"),
        ("WEBP", "webp", "webp"),
        ("GIF", "gif", "png"),
        ("AVIF", "avif", "avif"),
    ],
)
def test_these_formats_are_taken(send: Send, format: str, name: str, suffix: str) -> None:
    told = send(picture(format), name="whatever.bin").json()
    assert told["format"] == name
    image = Image.objects.get()
    assert image.copy_key.endswith(f"/copy.{suffix}")
    assert Pillow.open(io.BytesIO(shown(image.copy_key))).size == (640, 480)


def shown(key: str) -> bytes:
    """The bytes of an output."""
    return b"".join(outputs().blocks(key))


def test_the_copy_is_upright_and_says_nothing_of_its_maker(send: Send) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = SECRET
    told = send(picture(exif=exif, comment=SECRET.encode())).json()
    assert (told["width"], told["height"]) == (480, 640)
    image = Image.objects.get()
    for key in (image.copy_key, image.thumbnail_key):
        assert SECRET.encode() not in shown(key)
        copy = Pillow.open(io.BytesIO(shown(key)))
        assert not copy.getexif()
        assert copy.height > copy.width
    assert SECRET.encode() in b"".join(originals().blocks(image.source.key))


def test_a_thumbnail_has_320_pixels_at_most(send: Send) -> None:
    send(picture("PNG", (1000, 250)))
    thumbnail = Pillow.open(io.BytesIO(shown(Image.objects.get().thumbnail_key)))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (320, 80))


def test_transparency_stays_in_the_copy(send: Send) -> None:
    file = io.BytesIO()
    Pillow.new("RGBA", (10, 10), (255, 0, 0, 0)).save(file, "PNG")
    send(file.getvalue())
    image = Image.objects.get()
    assert Pillow.open(io.BytesIO(shown(image.copy_key))).getpixel((5, 5)) == (255, 0, 0, 0)
    thumbnail = Pillow.open(io.BytesIO(shown(image.thumbnail_key)))
    assert thumbnail.convert("L").getpixel((5, 5)) > 250  # type: ignore[operator]


def test_sixteen_bits_keep_their_brightness(send: Send) -> None:
    file = io.BytesIO()
    Pillow.new("I;16", (10, 10), 0x8000).save(file, "PNG")
    send(file.getvalue())
    copy = Pillow.open(io.BytesIO(shown(Image.objects.get().copy_key)))
    assert copy.getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize(
    "data",
    [b"no image", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture("BMP"), picture("TIFF")],
    ids=["text", "svg", "bmp", "tiff"],
)
def test_what_is_no_image_is_refused_and_nothing_stays(send: Send, data: bytes) -> None:
    answer = send(data)
    assert (answer.status_code, answer.json()["code"]) == (400, "image_invalid")
    assert not Image.objects.exists()
    assert not StoredObject.objects.exists()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_truncated_image_is_refused(send: Send, format: str) -> None:
    data = picture(format)
    answer = send(data[: len(data) // 2])
    assert (answer.status_code, answer.json()["code"]) == (400, "image_invalid")


def test_too_many_bytes_or_pixels_are_refused(send: Send, settings: LazySettings) -> None:
    bomb = io.BytesIO()
    Pillow.new("1", (20_000, 20_000)).save(bomb, "PNG")
    refused = (413, "image_too_large")
    answer = send(bomb.getvalue())
    assert (answer.status_code, answer.json()["code"]) == refused
    settings.MAX_IMAGE_BYTES = 1000
    answer = send(picture("PNG"))
    assert (answer.status_code, answer.json()["code"]) == refused


def test_an_empty_and_a_missing_file_are_refused(send: Send, api: APIClient) -> None:
    assert send(b"").json()["code"] == "file_empty"
    assert api.post(URL, {"title": "x"}).json()["code"] == "required"


def test_who_may_not_upload_is_told_so(send: Send, owner: User) -> None:
    User.objects.update(can_upload=False)
    assert send().json()["code"] == "upload_not_allowed"


def test_an_external_id_is_unique_among_images(send: Send) -> None:
    assert send(external_id="7").status_code == 201
    refused = send(external_id="7").json()
    assert refused["code"] == "external_id_taken"
    assert "image of yours has this external id" in refused["detail"]
    assert Image.objects.count() == 1


def test_images_are_listed_found_and_ordered(send: Send, api: APIClient, owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Trips")
    send(title="Beach", folder=str(folder.pk), external_id="7")
    send(title="alps")

    def titles(query: str = "") -> list[str]:
        return [one["title"] for one in api.get(URL + query).json()["results"]]

    assert titles() == ["alps", "Beach"]
    assert titles("?ordering=title") == ["alps", "Beach"]
    assert titles("?ordering=-title") == ["Beach", "alps"]
    assert titles("?search=BEA") == ["Beach"]
    assert titles(f"?folder={folder.pk}") == ["Beach"]
    assert titles("?external_id=7") == ["Beach"]
    assert titles("?format=png") == []


def test_a_folder_of_somebody_else_is_unknown(send: Send, stranger: User) -> None:
    folder = Folder.objects.create(owner=stranger, name="Theirs")
    assert send(folder=str(folder.pk)).json()["code"] == "folder_unknown"
    image = send().json()
    assert not Image.objects.filter(folder=folder).exists()
    assert image["folder"] is None


def test_a_form_may_give_each_tag_in_a_field_of_its_own(send: Send) -> None:
    assert send(tags=["sea", "winter"]).json()["tags"] == ["sea", "winter"]


def test_images_are_found_by_tags_and_folder(send: Send, api: APIClient, owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Holidays")
    inside = send(tags='["sea", "winter"]', folder=str(folder.pk)).json()["id"]
    outside = send(tags='["sea"]').json()["id"]

    def found(**asked: str) -> set[str]:
        return {one["id"] for one in api.get(URL, asked).json()["results"]}

    assert found(tags="sea") == {inside, outside}
    assert found(tags="winter, sea") == {inside}
    assert found(tags=",") == set()
    assert found(folder="none") == {outside}
    assert found(folder=str(folder.pk)) == {inside}
    assert api.get(URL, {"folder": "x"}).status_code == 400


def test_a_folder_deleted_while_its_image_is_stored_is_unknown(send: Send, owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Holidays")
    store = images._store

    def and_delete(*args: Any) -> None:
        store(*args)
        Folder.objects.all().delete()

    with patch.object(images, "_store", and_delete):
        answer = send(folder=str(folder.pk))
    assert answer.status_code == 400
    assert answer.json()["code"] == "folder_unknown"
    assert not Image.objects.exists()
    assert not Upload.objects.filter(finished_at=None).exists()
    attempt.mark_abandoned()
    assert set(stored().values()) == {State.DELETING}


def test_only_owner_and_staff_see_an_image(
    send: Send,
    stranger: User,
    moderator: User,
    as_user: Callable[[User], APIClient],
) -> None:
    where = f"{URL}{send().json()['id']}/"
    theirs = as_user(stranger)
    assert theirs.get(where).status_code == 404
    assert theirs.patch(where, {"title": "x"}, format="json").status_code == 404
    assert theirs.delete(where).status_code == 404
    assert theirs.get(URL).json()["results"] == []
    assert APIClient().get(where).status_code == 401
    assert as_user(moderator).get(where).status_code == 200


def test_an_image_is_changed(send: Send, api: APIClient, owner: User) -> None:
    folder = Folder.objects.create(owner=owner, name="Trips")
    where = f"{URL}{send().json()['id']}/"
    change = {"title": "New", "folder": str(folder.pk), "tags": ["a"]}
    told = api.patch(where, change, format="json").json()
    assert {name: told[name] for name in change} == change
    assert api.patch(where, {"format": "png"}, format="json").json()["code"] == "read_only"
    late = api.patch(where, {"title": "x"}, format="json", HTTP_IF_MATCH='"old"')
    assert late.status_code == 412


def test_the_trash_holds_an_image_until_it_is_restored_or_purged(
    send: Send, api: APIClient
) -> None:
    where = f"{URL}{send().json()['id']}/"
    assert api.delete(where).status_code == 204
    assert api.get(where).status_code == 404
    [trashed] = api.get(f"{URL}?trashed=true").json()["results"]
    assert (trashed["url"], trashed["thumbnail"]) == (None, None)
    assert api.post(f"{where}restore/").status_code == 200
    assert api.post(f"{where}restore/").json()["code"] == "not_in_trash"
    assert api.delete(f"{where}?purge=true").status_code == 204
    assert not Image.objects.exists()
    assert not Source.objects.exists()
    assert set(stored().values()) == {State.DELETING}


def test_what_is_long_in_the_trash_is_purged_and_its_objects_go(send: Send, api: APIClient) -> None:
    where = f"{URL}{send().json()['id']}/"
    image = Image.objects.get()
    api.delete(where)
    assert image_purge.purge_expired() == 0
    Image.objects.update(deleted_at=Now() - timedelta(days=31))
    assert image_purge.purge_expired() == 1
    with patch("videos.installation.may_delete", return_value=True):
        assert objects.delete_marked() == 3
    assert not StoredObject.objects.exists()
    with pytest.raises(Exception, match="nothing is stored"):
        outputs().object_size(image.copy_key)


def test_an_image_whose_time_is_over_is_moved_to_the_trash(send: Send) -> None:
    send(expires_at="2099-01-01T00:00:00Z")
    assert image_purge.expire() == 0
    Image.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert image_purge.expire() == 1
    assert Image.objects.get().deleted_at is not None


def test_a_storage_that_is_away_is_503_and_nothing_stays(send: Send) -> None:
    with patch.object(DiskStorage, "put_file", side_effect=StorageUnavailable("full")):
        answer = send()
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert not Image.objects.exists()
    attempt.mark_abandoned()
    assert set(stored().values()) == {State.DELETING}


def test_an_image_under_way_is_not_given_up(send: Send) -> None:
    put = DiskStorage.put_file

    def slowly(*args: Any, **kwargs: Any) -> None:
        assert (attempt.mark_abandoned(), objects.mark_ownerless()) == (0, 0)
        put(*args, **kwargs)

    with patch.object(DiskStorage, "put_file", slowly):
        assert send().status_code == 201
    assert objects.mark_ownerless() == 0


@pytest.mark.django_db(transaction=True)
def test_of_a_killed_upload_nothing_stays(send: Send) -> None:
    killed_at("videos.idempotency.note", lambda: send(key="k"))
    assert not Image.objects.exists()
    Upload.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert closing.expire_uploads() == 1
    attempt.mark_abandoned()
    assert set(stored().values()) == {State.DELETING}
    IdempotencyKey.objects.update(held_until=Now() - timedelta(seconds=1))
    assert send(key="k").status_code == 201
    assert Image.objects.count() == 1


def test_a_key_makes_one_image(send: Send) -> None:
    first, again = (send(key="k").json() for _ in range(2))
    assert first["id"] == again["id"]
    IdempotencyKey.objects.update(status=None, held_until=Now() - timedelta(seconds=1))
    assert send(key="k").json()["id"] == first["id"]
    assert Image.objects.count() == 1


def test_no_temporary_file_stays(send: Send, settings: LazySettings) -> None:
    send()
    send(b"no image")
    assert list(Path(settings.UPLOAD_DIR).iterdir()) == []
