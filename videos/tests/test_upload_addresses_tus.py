"""tus at the address of a delegated upload."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx2 as httpx
import pytest
from channels.db import database_sync_to_async as in_database

from accounts.models import User
from tests.whole import ask
from videos.ingest import delegated
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Source

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

FILE = bytes(range(256)) * 40
SIZE = len(FILE)
BYTES = "application/offset+octet-stream"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def address(owner: User) -> str:
    upload = await in_database(delegated.create)(
        owner, VideoSettings(), limits=Limits(max_size=SIZE), expires_in=timedelta(hours=1)
    )
    return delegated.path_of(upload.pk)


async def tus(method: str, address: str, body: bytes = b"", **headers: object) -> httpx.Response:
    told = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    told = {"Tus-Resumable": "1.0.0"} | told
    answer = await ask(method, address, content=body, headers=told)
    assert answer.headers["tus-resumable"] == "1.0.0"
    return answer


async def patch(address: str, offset: int, body: bytes) -> httpx.Response:
    return await tus("PATCH", address, body, Upload_Offset=offset, Content_Type=BYTES)


async def offset(address: str) -> str:
    answer = await tus("HEAD", address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return answer.headers["upload-offset"]


async def arrived_whole() -> bool:
    source = await in_database(Source.objects.get)()
    return bool(source.sha256 == hashlib.sha256(FILE).hexdigest())


async def test_the_address_is_where_it_is_created_and_what_was_created(address: str) -> None:
    made = await tus("POST", address, Upload_Length=SIZE, Upload_Metadata="filename YS5tcDQ=")
    assert (made.status_code, made.headers["location"]) == (201, address)
    assert "upload-expires" in made.headers
    head = await tus("HEAD", address)
    assert head.headers["upload-length"] == str(SIZE)
    assert head.headers["upload-metadata"] == "filename YS5tcDQ="
    assert head.headers["upload-offset"] == "0"
    first = await patch(address, 0, FILE[:4000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "4000")
    assert await offset(address) == "4000"
    assert (await patch(address, 4000, FILE[4000:])).status_code == 204
    assert await offset(address) == str(SIZE)
    assert await arrived_whole()


async def test_bytes_may_come_with_the_creation(address: str) -> None:
    made = await tus("POST", address, FILE, Upload_Length=SIZE, Content_Type=BYTES)
    assert (made.status_code, made.headers["upload-offset"]) == (201, str(SIZE))
    assert await arrived_whole()


async def test_the_length_may_come_later(address: str) -> None:
    assert (await tus("POST", address, Upload_Defer_Length=1)).status_code == 201
    await patch(address, 0, FILE[:4000])
    assert (await tus("HEAD", address)).headers["upload-defer-length"] == "1"
    told = {"Upload_Offset": 4000, "Upload_Length": SIZE, "Content_Type": BYTES}
    assert (await tus("PATCH", address, FILE[4000:], **told)).status_code == 204
    assert await arrived_whole()


async def test_what_began_in_chunks_goes_on_by_tus(address: str) -> None:
    headers = {"Content-Range": f"bytes 0-3999/{SIZE}"}
    assert (await ask("PUT", address, content=FILE[:4000], headers=headers)).status_code == 308
    assert await offset(address) == "4000"
    assert (await patch(address, 4000, FILE[4000:])).status_code == 204
    assert await arrived_whole()


async def test_what_is_not_right_is_refused_and_changes_nothing(address: str) -> None:
    await tus("POST", address, Upload_Length=SIZE)
    await patch(address, 0, FILE[:4000])
    assert (await patch(address, 0, FILE)).status_code == 409
    assert (await patch(address, 4001, b"x")).status_code == 409
    assert (await tus("PATCH", address, b"x", Upload_Offset=4000)).status_code == 415
    assert (await tus("PATCH", address, b"x", Content_Type=BYTES)).status_code == 400
    checked = {"Upload_Offset": 4000, "Content_Type": BYTES, "Upload_Checksum": "sha1 AAAA"}
    assert (await tus("PATCH", address, b"x", **checked)).status_code == 400
    assert (await tus("DELETE", address)).status_code == 405
    assert (await tus("POST", address, Upload_Length=SIZE - 1)).status_code == 409
    assert (await tus("POST", address)).status_code == 400
    wrong = await tus("HEAD", address, Tus_Resumable="0.2.2")
    assert (wrong.status_code, wrong.headers["tus-version"]) == (412, "1.0.0")
    assert await offset(address) == "4000"


async def test_limits_hold_here_too(address: str) -> None:
    assert (await tus("POST", address, Upload_Length=SIZE + 1)).status_code == 413
    assert (await tus("POST", address, Upload_Length=0)).status_code == 400
    await tus("POST", address, Upload_Defer_Length=1)
    assert (await patch(address, 0, FILE + b"x")).status_code == 413


async def test_it_takes_one_file(address: str) -> None:
    await tus("POST", address, FILE, Upload_Length=SIZE, Content_Type=BYTES)
    again = await tus("POST", address, Upload_Length=SIZE)
    assert (again.status_code, again.json()["code"]) == (410, "upload_used")
    assert (await patch(address, SIZE, b"x")).status_code == 410


async def test_it_tells_what_it_can_do(address: str) -> None:
    answer = await ask("OPTIONS", address)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "creation" in answer.headers["tus-extension"]
    assert int(answer.headers["tus-max-size"]) > 0
