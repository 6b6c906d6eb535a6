"""Through the whole ASGI application: who may not upload is told so from the headers."""

import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from django.conf import LazySettings
from django.test import Client

from accounts import api_keys
from accounts.models import User
from config import handler, uploads
from config.asgi import application

URL = "/api/v1/videos/"
pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User) -> str:
    return api_keys.issue(owner, name="test")[1]


@pytest.fixture
def may_not(owner: User) -> str:
    User.objects.filter(pk=owner.pk).update(can_upload=False)
    return api_keys.issue(owner, name="test")[1]


@pytest.fixture
def cookies(owner: User) -> dict[str, str]:
    client = Client()
    client.force_login(owner)
    return {"sessionid": client.cookies["sessionid"].value}


class Unread:
    """A body of which every block that is read is counted."""

    def __init__(self) -> None:
        self.blocks = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(4):
            self.blocks += 1
            yield b"x" * 1000


async def _ask(method: str = "POST", url: str = URL, **about: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]  # its own mapping
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.request(method, url, **about)


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_without_credentials_nothing_is_read(may_not: str) -> None:
    for headers, status, code in (
        ({}, 401, "not_authenticated"),
        (_bearer("vl_wrong"), 401, "bad_api_key"),
        (_bearer("wrong"), 401, "bad_api_key"),
        ({"Cookie": "sessionid=forged; csrftoken=x"}, 401, "not_authenticated"),
        (_bearer(may_not), 403, "upload_not_allowed"),
    ):
        body = Unread()
        answer = await _ask(headers=headers, content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert body.blocks == 0
        assert answer.headers["connection"] == "close"


async def test_a_session_from_elsewhere_is_refused_unread(cookies: dict[str, str]) -> None:
    session = f"sessionid={cookies['sessionid']}"
    for headers in (
        {"Cookie": session},
        {"Cookie": f"{session}; csrftoken=x", "Origin": "https://elsewhere.example"},
    ):
        body = Unread()
        answer = await _ask(headers=headers, content=body)
        assert (answer.status_code, body.blocks) == (403, 0)


async def test_a_full_disk_is_told_before_and_in_the_midst(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(handler, "_spool", full)
    answer = await _ask(headers=_bearer(key), content=Unread())
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    monkeypatch.setattr(uploads, "_has_room", lambda size: False)
    body = Unread()
    answer = await _ask(headers=_bearer(key), content=body)
    assert (answer.status_code, answer.json()["code"], body.blocks) == (507, "disk_full", 0)


async def test_an_upload_is_spooled_where_uploads_are_kept(
    key: str, clip: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    answer = await _ask(headers=_bearer(key), files={"file": ("a.mp4", clip.read_bytes())})
    assert answer.status_code == 201
    assert list(settings.UPLOAD_DIR.iterdir()) == []


async def test_a_body_in_chunks_is_not_lost(key: str, clip: Path) -> None:
    form = httpx.Request("POST", "http://x", files={"file": ("a.mp4", clip.read_bytes())})
    whole = form.read()

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(whole), 10_000):
            yield whole[at : at + 10_000]

    head = _bearer(key) | {"Content-Type": form.headers["content-type"]}
    answer = await _ask(headers=head, content=chunks())
    assert answer.status_code == 201

    async def change() -> AsyncIterator[bytes]:
        yield b'{"title": '
        yield b'"In chunks"}'

    head = _bearer(key) | {"Content-Type": "application/json"}
    changed = await _ask("PATCH", f"{URL}{answer.json()['id']}/", headers=head, content=change())
    assert (changed.status_code, changed.json()["title"]) == (200, "In chunks")


async def test_names_of_any_length_are_taken(key: str, clip: Path) -> None:
    for name in ("1. " + "会议录像说明" * 40, "a." + "b" * 400, "x" * 400 + ".mp4", "." * 300):
        files = {"file": (name, clip.read_bytes())}
        answer = await _ask(headers=_bearer(key), files=files)
        assert answer.status_code == 201, name
