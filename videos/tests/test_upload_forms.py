"""Through the whole ASGI application: forms are answered as ever, and their files written once."""

import errno
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client

from accounts import api_keys
from accounts.models import User
from config import arriving_forms
from config.asgi import application
from videos.ingest.handlers import HashingUploadHandler
from videos.storage import originals
from videos.tests.test_arriving_forms import END, HOSTILE, part

URL = "/api/v1/videos/"
TOKEN = "a" * 32
pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_keys.issue(owner, name='test')[1]}"}


@pytest.fixture
def session(owner: User) -> dict[str, str]:
    client = Client()
    client.force_login(owner)
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"}


async def _post(body: bytes, headers: dict[str, str], url: str = URL) -> httpx.Response:
    async def blocks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 60_000):
            yield body[at : at + 60_000]

    form = {"Content-Type": "multipart/form-data; boundary=x-boundary"}
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]  # its own mapping
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.post(url, headers={**form, **headers}, content=blocks())


def _what_it_says(answer: httpx.Response) -> tuple[int, Any]:
    told = answer.json() if "json" in answer.headers["content-type"] else answer.text
    if isinstance(told, dict):
        told = {name: told.get(name) for name in ("code", "detail", "errors", "title")}
    return answer.status_code, told


@pytest.mark.thorough
@pytest.mark.parametrize("who", ["key", "session"])
async def test_answers_are_those_to_a_form_that_django_reads(
    who: str,
    key: dict[str, str],
    session: dict[str, str],
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = {"key": key, "session": session}[who]
    token = part(b'name="csrfmiddlewaretoken"', TOKEN.encode())
    bodies = [token + body for body in HOSTILE.values()]
    said = [_what_it_says(await _post(body, headers)) for body in bodies]
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    handlers: list[HashingUploadHandler] = []
    begin = HashingUploadHandler.new_file

    def new_file(self: HashingUploadHandler, *args: Any) -> None:
        handlers.append(self)
        begin(self, *args)

    monkeypatch.setattr(HashingUploadHandler, "new_file", new_file)
    monkeypatch.setattr(arriving_forms, "is_form", lambda scope: False)
    by_django = [_what_it_says(await _post(body, headers)) for body in bodies]
    for handler in handlers:  # of what it fails to read it leaves files open
        handler.upload_interrupted()
    assert said == by_django
    assert {status for status, _ in said} >= {201, 400}


async def test_the_token_of_a_session_may_stand_in_the_form(
    session: dict[str, str], clip: Path
) -> None:
    def body(token: str) -> bytes:
        film = part(b'name="file"; filename="a.mp4"', clip.read_bytes())
        return part(b'name="csrfmiddlewaretoken"', token.encode()) + film + END

    assert (await _post(body(TOKEN), session)).status_code == 201
    assert (await _post(body("b" * 32), session)).status_code == 403


async def test_logging_in_to_the_admin_by_a_form_with_parts(moderator: User) -> None:
    fields = {
        "csrfmiddlewaretoken": TOKEN,
        "login": "staff@example.com",
        "password": "a long password",
        "next": "/admin/",
    }
    parts = (part(f'name="{name}"'.encode(), value.encode()) for name, value in fields.items())
    cookies = {"Cookie": f"csrftoken={TOKEN}"}
    answer = await _post(b"".join(parts) + END, cookies, "/accounts/login/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/admin/")


async def test_the_file_that_is_stored_is_the_one_that_was_written(
    key: dict[str, str], clip: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: list[int] = []
    take: Callable[..., None] = type(originals()).take_file

    def taken(self: Any, key: str, path: Path, *, content_type: str) -> None:
        assert path.parent == settings.UPLOAD_DIR
        numbers.append(path.stat().st_ino)
        take(self, key, path, content_type=content_type)

    def no_copy(*_: object) -> None:
        raise AssertionError("it was written again")

    monkeypatch.setattr(type(originals()), "take_file", taken)
    monkeypatch.setattr(shutil, "copyfile", no_copy)
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    body = part(b'name="file"; filename="a.mp4"', clip.read_bytes()) + END
    assert (await _post(body, key)).status_code == 201
    (stored,) = originals().list_prefix("")
    path = originals().local_path(stored.key)
    assert path is not None
    assert numbers == [path.stat().st_ino]
    assert list(settings.UPLOAD_DIR.iterdir()) == []


async def test_a_disk_that_fills_up_meanwhile_is_507(
    key: dict[str, str], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(TemporaryUploadedFile, "write", full, raising=False)
    answer = await _post(part(b'name="file"; filename="a.mp4"', b"x" * 100_000) + END, key)
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert list(settings.UPLOAD_DIR.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (part(b'name="file"; filename="a.mp4"', b"one") * 2, "too_many_files"),
        (b"".join(part(b'name="f%d"' % number, b"1") for number in range(1100)), "parse_error"),
        (part(b'name="title"', b"1" * 5_000_000), "parse_error"),
    ],
)
async def test_a_form_of_too_much_is_refused_as_any_other_fault(
    body: bytes, code: str, key: dict[str, str], settings: LazySettings
) -> None:
    answer = await _post(body + END, key)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert list(originals().list_prefix("")) == []
    assert list(settings.UPLOAD_DIR.iterdir()) == []
