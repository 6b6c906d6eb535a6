"""Images under /m/: what is shown, the original, and the end of their addresses."""

import hashlib
import io
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow
from rest_framework.test import APIClient
from starlette.testclient import TestClient

from accounts.models import User
from tests import staff
from videos import image_library, image_purge
from videos.models import Image, StoredObject
from videos.objects import unknown
from videos.playback.gate import Gate
from videos.playback.media import MediaApp
from videos.storage import outputs

URL = "/api/v1/images/"
pytestmark = pytest.mark.django_db(transaction=True)

FILE_NAME = "the sea é.png"


@pytest.fixture
def media() -> TestClient:
    """The media app by itself, which looks into the rows each time."""
    return TestClient(MediaApp(gate=Gate(seconds=0)))  # type: ignore[arg-type]  # starlette's own mapping


@pytest.fixture
def sent() -> bytes:
    """A small PNG."""
    file = io.BytesIO()
    Pillow.new("RGB", (64, 48), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def told(api: APIClient, sent: bytes) -> dict[str, Any]:
    """An image that was uploaded."""
    answer: dict[str, Any] = api.post(URL, {"file": SimpleUploadedFile(FILE_NAME, sent)}).json()
    return answer


def path(address: str) -> str:
    """An address without its host."""
    return urlsplit(address).path


def test_the_copy_and_the_thumbnail_are_shown(media: TestClient, told: dict[str, Any]) -> None:
    copy, thumbnail = media.get(path(told["url"])), media.get(path(told["thumbnail"]))
    assert (copy.status_code, copy.headers["content-type"]) == (200, "image/png")
    assert (thumbnail.status_code, thumbnail.headers["content-type"]) == (200, "image/jpeg")
    assert Pillow.open(io.BytesIO(copy.content)).size == (64, 48)
    assert copy.headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in copy.headers


def test_the_original_is_saved_and_never_shown(
    media: TestClient, told: dict[str, Any], sent: bytes
) -> None:
    answer = media.get(path(told["source"]["url"]))
    assert hashlib.sha256(answer.content).hexdigest() == told["source"]["sha256"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    part = media.get(path(told["source"]["url"]), headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, sent[:8])


def test_who_has_the_copy_has_not_the_original(media: TestClient, told: dict[str, Any]) -> None:
    copy, original = path(told["url"]), path(told["source"]["url"])
    assert media.get(copy.rpartition("/")[0] + "/original").status_code == 404
    forged = copy.split("/")[:3] + original.split("/")[3:]
    assert media.get("/".join(forged)).status_code == 403
    assert media.get(original.replace("/original", "/copy.png")).status_code == 404


@pytest.mark.parametrize(
    "name", ["../copy.png", "..%2f..%2fx.png", "none.png", "copy", "master.m3u8"]
)
def test_other_names_lead_nowhere(media: TestClient, told: dict[str, Any], name: str) -> None:
    address = path(told["url"]).replace("copy.png", name)
    assert media.get(address).status_code in (403, 404)


def test_addresses_close_with_the_image_and_open_again(
    media: TestClient, told: dict[str, Any]
) -> None:
    image = Image.objects.get()
    addresses = [path(told["url"]), path(told["thumbnail"]), path(told["source"]["url"])]
    image_library.discard(image)
    assert [media.get(one).status_code for one in addresses] == [403] * 3
    image_library.restore(image)
    assert [media.get(one).status_code for one in addresses] == [200] * 3
    image_purge.purge(image.pk)
    assert [media.get(one).status_code for one in addresses] == [403] * 3


def test_an_address_ends(
    media: TestClient, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 2 * 24 * 3600
    monkeypatch.setattr("videos.playback.tokens.time.time", lambda: later)
    assert media.get(path(told["url"])).status_code == 403


def test_a_bucket_gets_the_request_and_saves_the_original(
    media: TestClient, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def signed(_: object, key: str, *, until: int, disposition: str = "") -> str:
        asked.append((key, disposition))
        return "https://bucket.example/x"

    disk = type(outputs())
    monkeypatch.setattr(disk, "local_path", lambda *_: None)
    monkeypatch.setattr(disk, "signed_url", signed)
    for address in (told["url"], told["source"]["url"]):
        answer = media.get(path(address), follow_redirects=False)
        assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
    image = Image.objects.get()
    assert asked[0] == (image.copy_key, "")
    assert asked[1][0] == image.source.key
    assert asked[1][1].startswith("attachment")


def test_what_is_shown_is_never_unknown_to_the_registry(told: dict[str, Any]) -> None:
    """Even without its rows in the registry: the image names it."""
    StoredObject.objects.all().delete()
    for name in StoredObject.Storage:
        assert list(unknown.every(name)) == []


def test_staff_see_images_in_the_admin(
    told: dict[str, Any], client: Any, as_user: Callable[[User], APIClient]
) -> None:
    client.force_login(staff.staff("looks@example.com", "videos.view_image"))
    page = client.get("/admin/videos/image/").content.decode()
    assert "/thumbnail.jpg" in page
    assert "the sea" in page
    one = client.get(f"/admin/videos/image/{told['id']}/change/").content.decode()
    assert "64 × 48" in one  # noqa: RUF001  # the sign
    assert "/original" in one
