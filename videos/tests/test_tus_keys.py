"""``Idempotency-Key`` at creations by tus, at both places, and where a crash comes in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from channels.db import database_sync_to_async as in_database
from django.db import DatabaseError
from django.utils import timezone

from accounts import api_keys
from accounts.models import User
from tests.whole import ask
from videos import folders, idempotency
from videos.ingest import delegated
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Folder, IdempotencyKey, Upload, Video

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]
BYTES = "application/offset+octet-stream"
FILE = bytes(range(256)) * 4
SIZE = len(FILE)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def key(owner: User) -> str:
    return str((await in_database(api_keys.issue)(owner, name="test"))[1])


@pytest.fixture
async def address(owner: User) -> str:
    upload = await in_database(delegated.create)(
        owner, VideoSettings(), limits=Limits(), expires_in=timedelta(hours=1)
    )
    return delegated.path_of(upload.pk)


async def post(where: str, key: str = "", body: bytes = b"", **headers: Any) -> httpx.Response:
    told = {"Tus-Resumable": "1.0.0", "Idempotency-Key": "7"}
    told |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return await ask("POST", where, key=key or None, content=body, headers=told)


def _interrupt(patch: pytest.MonkeyPatch) -> None:
    """Let answers not be stored, as if the process died before."""

    def away(*_: Any) -> bool:
        raise DatabaseError

    patch.setattr(idempotency, "answered", away)


async def _later() -> None:
    past = timezone.now() - timedelta(seconds=1)
    await in_database(IdempotencyKey.objects.update)(held_until=past)


async def test_the_same_creation_makes_one_upload(key: str) -> None:
    first = await post("/api/v1/tus/", key, Upload_Length=SIZE)
    again = await post("/api/v1/tus/", key, Upload_Length=SIZE)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await in_database(Video.objects.count)() == 1


async def test_another_request_with_the_key_is_refused(key: str) -> None:
    await post("/api/v1/tus/", key, Upload_Length=SIZE)
    other = await post("/api/v1/tus/", key, Upload_Length=SIZE + 1)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    wrong = await post("/api/v1/tus/", key, Upload_Length=SIZE, Idempotency_Key="a b")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "idempotency_key_invalid")


async def test_one_that_is_in_flight_is_told_so(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _interrupt(patch)
        await post("/api/v1/tus/", key, Upload_Length=SIZE)
    again = await post("/api/v1/tus/", key, Upload_Length=SIZE)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_in_flight")
    assert again.headers["retry-after"] == "2"


@pytest.mark.parametrize("kind", ["", "partial"])
async def test_one_whose_process_died_after_it_had_created_is_answered(
    key: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    about: dict[str, Any] = {"Upload_Concat": kind} if kind else {}
    with monkeypatch.context() as patch:
        _interrupt(patch)
        first = await post("/api/v1/tus/", key, Upload_Length=SIZE, **about)
    await _later()
    again = await post("/api/v1/tus/", key, Upload_Length=SIZE, **about)
    assert (again.status_code, again.headers["location"]) == (201, first.headers["location"])
    assert await in_database(Upload.objects.count)() == 1


async def test_bytes_that_came_with_the_creation_are_not_asked_for_again(key: str) -> None:
    about: dict[str, Any] = {"Upload_Length": SIZE, "Content_Type": BYTES}
    first = await post("/api/v1/tus/", key, FILE[:100], **about)
    again = await post("/api/v1/tus/", key, FILE[:100], **about)
    for answer in (first, again):
        assert (answer.status_code, answer.headers["upload-offset"]) == (201, "100")
    assert again.headers["location"] == first.headers["location"]


async def test_a_refusal_is_told_again(key: str) -> None:
    for _ in range(2):
        answer = await post("/api/v1/tus/", key, Upload_Length=0)
        assert (answer.status_code, answer.json()["code"]) == (400, "file_empty")
    assert answer.headers["idempotency-replayed"] == "true"


async def test_parts_of_an_address_are_made_once(address: str, key: str) -> None:
    about: dict[str, Any] = {"Upload_Concat": "partial", "Upload_Length": 10}
    first, again = [await post(address, **about) for _ in range(2)]
    assert again.headers["location"] == first.headers["location"] != address
    assert await in_database(Upload.objects.filter(video=None).count)() == 1
    assert (await post(address, Upload_Length=SIZE)).status_code == 422
    own = await post("/api/v1/tus/", key, Upload_Length=SIZE)  # the owner's keys are apart
    assert own.status_code == 201


async def test_a_repeated_creation_at_an_address_drops_nothing(address: str) -> None:
    await post(address, Upload_Length=SIZE)
    about = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": BYTES}
    await ask("PATCH", address, content=FILE[:100], headers=about)
    assert (await post(address, Upload_Length=SIZE)).headers["location"] == address
    head = await ask("HEAD", address, headers={"Tus-Resumable": "1.0.0"})
    assert head.headers["upload-offset"] == "100"


async def test_a_folder_whose_creation_died_is_told_of(
    key: str, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def send() -> httpx.Response:
        told = {"Idempotency-Key": "7"}
        return await ask("POST", "/api/v1/folders/", key=key, json={"name": "a"}, headers=told)

    made: list[Folder] = []
    create = folders.create

    def dies(*given: Any) -> Folder:
        made.append(create(*given))
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(folders, "create", dies)
        assert (await send()).status_code == 500
    answer = await send()
    assert (answer.status_code, answer.json()["id"]) == (201, str(made[0].pk))
