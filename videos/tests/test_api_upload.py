"""POST /api/v1/videos/."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from videos.models import Source, Upload, Video
from videos.storage import StorageUnavailable, originals
from videos.storage.disk import DiskStorage

URL = "/api/v1/videos/"


@pytest.fixture
def form(clip: Path) -> dict[str, object]:
    """A form with a real clip."""
    return {"file": SimpleUploadedFile("My_clip.mp4", clip.read_bytes(), "video/mp4")}


def test_an_upload_is_stored_untouched_and_begins_to_be_processed(
    api: APIClient, owner: User, clip: Path, form: dict[str, object]
) -> None:
    answer = api.post(URL, form | {"title": "Sea", "visibility": "public"})
    assert answer.status_code == 201
    video = answer.json()
    assert (video["title"], video["visibility"], video["owner"]) == ("Sea", "public", str(owner.pk))
    assert video["status"] == "processing"
    assert video["job"]["status"] == "queued"
    source = Source.objects.get()
    assert source.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert originals().object_size(source.key) == clip.stat().st_size
    assert Upload.objects.get().finished_at is not None


def test_the_title_comes_from_the_file_name(api: APIClient, form: dict[str, object]) -> None:
    assert api.post(URL, form).json()["title"] == "My clip"


def test_a_missing_and_an_empty_file_are_400(api: APIClient) -> None:
    missing = api.post(URL, {"title": "x"})
    assert (missing.status_code, missing.json()["code"]) == (400, "required")
    assert missing["Content-Type"] == "application/problem+json"
    empty = api.post(URL, {"file": SimpleUploadedFile("x.mp4", b"")})
    assert (empty.status_code, empty.json()["code"]) == (400, "file_empty")
    assert not Video.objects.exists()


@pytest.mark.parametrize("visibility", ["everyone", ""])
def test_a_wrong_visibility_is_told_by_field(
    api: APIClient, form: dict[str, object], visibility: str
) -> None:
    problem = api.post(URL, form | {"visibility": visibility}).json()
    assert problem["errors"][0]["field"] == "visibility"
    assert problem["code"] == "invalid_choice"


def test_who_may_not_upload_is_told_so(
    api: APIClient, owner: User, form: dict[str, object]
) -> None:
    User.objects.update(can_upload=False)
    answer = api.post(URL, form)
    assert (answer.status_code, answer.json()["code"]) == (403, "upload_not_allowed")


def test_without_a_key_it_is_401(form: dict[str, object], db: None) -> None:
    answer = APIClient().post(URL, form)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_storage_that_is_away_is_503_and_the_video_says_why(
    api: APIClient, form: dict[str, object], leftovers: Callable[[], list[Path]]
) -> None:
    with patch.object(DiskStorage, "take_file", side_effect=StorageUnavailable("full")):
        answer = api.post(URL, form)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert Video.objects.get().error_code == "storage_unavailable"
    assert leftovers() == []


@pytest.mark.parametrize("name", ["-i.mp4", "concat:a|b.mp4", "$(id).mp4", "a%0a.mp4", "é" * 120])
def test_hostile_names_are_only_names(api: APIClient, clip: Path, name: str) -> None:
    answer = api.post(URL, {"file": SimpleUploadedFile(name, clip.read_bytes())})
    assert answer.status_code == 201
    assert "/" not in Source.objects.get().key


FAMILY = "👨\u200d👩\u200d👧"
NAMES = [
    (f"{FAMILY}.mp4", f"{FAMILY}.mp4", FAMILY),
    ("क्\u200dष.mp4", "क्\u200dष.mp4", "क्\u200dष"),
    ("say %22hi%22.mp4", 'say "hi".mp4', 'say "hi"'),
    ("a\u202egpj.mp4", "agpj.mp4", "agpj"),
    ("Tom &amp; Jerry 100%.mp4", "Tom &amp; Jerry 100%.mp4", "Tom &amp; Jerry 100%"),
]


@pytest.mark.parametrize(("sent", "filename", "title"), NAMES)
def test_names_are_shown_as_they_are_written(
    api: APIClient, clip: Path, sent: str, filename: str, title: str
) -> None:
    video = api.post(URL, {"file": SimpleUploadedFile(sent, clip.read_bytes())}).json()
    assert (video["source"]["filename"], video["title"]) == (filename, title)


def test_a_browsers_upload_keeps_its_name_too(owner: User, clip: Path) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(owner)
    browser.get("/upload/")  # the token comes with the page
    token = browser.cookies["csrftoken"].value
    file = SimpleUploadedFile(f"{FAMILY} %22x%22.mp4", clip.read_bytes())
    answer = browser.post(URL, {"file": file}, HTTP_X_CSRFTOKEN=token)
    assert answer.json()["title"] == f'{FAMILY} "x"'


def test_a_title_turns_no_direction(api: APIClient, form: dict[str, object]) -> None:
    video = api.post(URL, form | {"title": f"a\u202eb {FAMILY}"}).json()
    assert video["title"] == f"ab {FAMILY}"
    changed = api.patch(f"{URL}{video['id']}/", {"title": "\u2067x"}, format="json").json()
    assert changed["title"] == "x"
