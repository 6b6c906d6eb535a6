"""tus at the address of a delegated upload."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from datetime import timedelta
from typing import Any

import anyio
import httpx2 as httpx
import pytest
from channels.db import database_sync_to_async as in_database
from django.conf import LazySettings
from django.utils import timezone

from accounts.models import User
from tests.whole import ask
from videos.ingest import closing, delegated, receiving
from videos.ingest.receiving import at_address, spool
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Source, Upload, Video

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

FILE = bytes(range(256)) * 40
SIZE = len(FILE)
BYTES = "application/offset+octet-stream"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def delegate(owner: User, size: int | None = None, **limits: Any) -> str:
    upload = await in_database(delegated.create)(
        owner, VideoSettings(), size=size, limits=Limits(**limits), expires_in=timedelta(hours=1)
    )
    return delegated.path_of(upload.pk)


@pytest.fixture
async def address(owner: User) -> str:
    return await delegate(owner, max_size=SIZE)


def sha1(content: bytes) -> str:
    return f"sha1 {base64.b64encode(hashlib.sha1(content).digest()).decode()}"


async def create_part(
    address: str, content: bytes, *, at_once: bool = True, status: int = 201, **more: str
) -> str:
    """Create a part with or without its bytes; return its address, empty if it is refused."""
    about = {"Upload_Concat": "partial", "Upload_Length": len(content), **more}
    about |= {"Content_Type": BYTES} if at_once else {}
    made = await tus("POST", address, content if at_once else b"", **about)
    assert made.status_code == status, made.text
    return str(made.headers.get("location", ""))


async def final(address: str, *parts: str) -> httpx.Response:
    return await tus("POST", address, Upload_Concat="final;" + " ".join(parts))


async def until_arrived() -> None:
    with anyio.fail_after(20):
        while not await in_database(Source.objects.exists)():
            await anyio.sleep(0.02)


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
    checked = {"Upload_Offset": 4000, "Content_Type": BYTES, "Upload_Checksum": "crc32 AAAA"}
    assert (await tus("PATCH", address, b"x", **checked)).status_code == 400
    assert (await tus("PUT", address)).status_code == 405
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
    assert answer.headers["tus-max-size"] == str(SIZE)
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")
    assert set(answer.headers["tus-extension"].split(",")) == {
        *("creation", "creation-with-upload", "creation-defer-length", "expiration"),
        *("checksum", "termination", "concatenation"),
    }
    part = await ask("OPTIONS", await create_part(address, FILE[:100], at_once=False))
    assert part.headers["tus-max-size"] == "100"
    assert part.headers["tus-extension"] == "expiration,checksum,termination"


async def test_what_can_be_done_at_an_address_that_is_over_is_nothing(address: str) -> None:
    await tus("DELETE", address)
    assert (await ask("OPTIONS", address)).status_code == 410
    assert (await ask("OPTIONS", address + "x")).status_code == 404


async def test_bytes_that_do_not_fit_their_checksum_are_dropped(address: str) -> None:
    await tus("POST", address, Upload_Length=SIZE)
    about = {"Upload_Offset": 0, "Content_Type": BYTES}
    wrong = await tus("PATCH", address, FILE[:4000], Upload_Checksum=sha1(FILE), **about)
    assert (wrong.status_code, wrong.json()["code"]) == (460, "checksum_mismatch")
    assert await offset(address) == "0"
    right = await tus("PATCH", address, FILE[:4000], Upload_Checksum=sha1(FILE[:4000]), **about)
    assert (right.status_code, right.headers["upload-offset"]) == (204, "4000")
    await patch(address, 4000, FILE[4000:])
    assert await arrived_whole()


async def test_whoever_has_the_address_may_end_its_upload(
    address: str, settings: LazySettings
) -> None:
    await patch(address, 0, FILE[:4000])
    part = await create_part(address, FILE[:100])
    assert (await tus("DELETE", address)).status_code == 204
    for method, where in (("HEAD", address), ("DELETE", address), ("HEAD", part)):
        assert (await tus(method, where)).status_code == 410
    again = await tus("POST", address, Upload_Length=SIZE)
    assert (again.status_code, again.json()["code"]) == (410, "upload_canceled")
    video = await in_database(Video.objects.get)()
    assert video.status == Video.Status.CANCELED
    assert not await in_database(Upload.objects.filter(finished_at=None).exists)()
    assert not list(settings.UPLOAD_DIR.glob("*.upload"))


async def test_a_creation_begins_from_the_start(address: str) -> None:
    await tus("POST", address, Upload_Length=SIZE)
    await patch(address, 0, bytes(4000))
    assert (await tus("POST", address, Upload_Length=SIZE)).status_code == 201
    assert await offset(address) == "0"
    await patch(address, 0, FILE)
    assert await arrived_whole()


async def test_parts_are_joined_in_their_order(address: str, settings: LazySettings) -> None:
    last = await create_part(address, FILE[7000:])
    first = await create_part(address, FILE[:7000], at_once=False)
    head = await tus("HEAD", first)
    assert (head.headers["upload-concat"], head.headers["upload-length"]) == ("partial", "7000")
    assert (await patch(first, 0, FILE[:7000])).status_code == 204
    made = await final(address, first, "http://testserver" + last)
    assert (made.status_code, made.headers["location"]) == (201, address)
    await until_arrived()
    assert await arrived_whole()
    assert await in_database(Video.objects.count)() == 1
    head = await tus("HEAD", address)
    assert head.headers["upload-concat"] == f"final;{first} {last}"
    assert head.headers["upload-offset"] == str(SIZE)
    again = await final(address, first, last)
    assert (again.status_code, again.headers["location"]) == (201, address)
    assert (await final(address, last, first)).status_code == 410
    assert (await tus("HEAD", first)).status_code == 410
    assert (await create_part(address, b"x", status=410)) == ""
    assert not list(settings.UPLOAD_DIR.glob("*.upload"))


async def test_only_complete_parts_of_the_address_are_joined(address: str, owner: User) -> None:
    whole, other = await create_part(address, FILE[:10]), await delegate(owner)
    of_other = await create_part(other, FILE[10:20])
    half = await create_part(address, FILE[10:20], at_once=False)
    for named in ([], [whole, of_other], [whole, half], [whole, whole], [address], ["/u/x"]):
        answer = await final(address, *named)
        assert (answer.status_code, answer.json()["code"]) == (400, "upload_parts_invalid")
    with_length = await tus("POST", address, Upload_Concat=f"final;{whole}", Upload_Length=10)
    assert with_length.status_code == 400


async def test_parts_have_no_more_bytes_together_than_the_address_takes(address: str) -> None:
    first = await create_part(address, FILE[:7000])
    assert (await create_part(address, FILE[:4000], status=413)) == ""
    assert (await create_part(address, FILE + b"x", status=413)) == ""
    deferred = await tus("POST", address, Upload_Concat="partial", Upload_Defer_Length=1)
    assert (deferred.status_code, deferred.json()["code"]) == (400, "tus_header_invalid")
    long_ago = time.time() - at_address.IDLE_SECONDS - 1
    os.utime(spool.path_of(delegated.upload_of(first)), (long_ago, long_ago))
    assert await create_part(address, FILE[:4000])  # an idle part gives way
    assert (await tus("HEAD", first)).status_code == 410


async def test_parts_that_were_never_used_take_no_room(address: str) -> None:
    parts = [await create_part(address, FILE, at_once=False) for _ in range(3)]
    assert (await patch(parts[1], 0, FILE[:4000])).status_code == 204
    assert (await patch(parts[2], 0, FILE[:4000])).status_code == 413
    assert (await patch(parts[1], 4000, FILE[4000:])).status_code == 204
    assert (await final(address, parts[1])).status_code == 201
    await until_arrived()
    assert await arrived_whole()


async def test_an_address_has_so_many_parts_at_most(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_address, "MOST_PARTS", 1)
    assert await create_part(address, b"x")
    assert await create_part(address, b"x", status=409) == ""


async def test_the_size_that_was_announced_is_held_by_the_parts(owner: User) -> None:
    address = await delegate(owner, size=SIZE)
    part = await create_part(address, FILE[:4000])
    answer = await final(address, part)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_size_differs")
    assert (await tus("HEAD", part)).status_code == 200


async def test_an_upload_that_is_made_of_parts_takes_no_bytes(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "complete_soon", lambda _: None)
    part = await create_part(address, FILE)
    assert (await final(address, part)).status_code == 201
    assert (await final(address, part)).status_code == 201
    assert (await patch(address, 0, FILE)).status_code == 403
    assert (await tus("POST", address, Upload_Length=SIZE)).status_code == 403
    assert (await ask("PUT", address, content=FILE)).status_code == 403
    assert "upload-offset" not in (await tus("HEAD", address)).headers
    assert await in_database(receiving.complete_arrived)() == 1
    assert await arrived_whole()


async def test_a_part_takes_bytes_by_tus_alone(address: str) -> None:
    part = await create_part(address, FILE[:100], at_once=False)
    put = await ask("PUT", part, content=FILE[:100])
    assert (put.status_code, put.headers["allow"]) == (405, "OPTIONS, HEAD, PATCH, DELETE")
    assert (await tus("POST", part, Upload_Length=100)).status_code == 405
    assert (await tus("DELETE", part)).status_code == 204
    assert (await tus("HEAD", part)).status_code == 410
    assert (await tus("HEAD", address)).status_code == 200


async def test_a_part_that_does_not_fit_its_checksum_is_not_created(address: str) -> None:
    about = {"Upload_Concat": "partial", "Upload_Length": 10, "Content_Type": BYTES}
    wrong = await tus("POST", address, FILE[:10], Upload_Checksum=sha1(FILE), **about)
    assert wrong.status_code == 460
    assert not await in_database(Upload.objects.filter(video=None, finished_at=None).exists)()


async def test_parts_are_only_for_pages_that_may_use_the_address(owner: User) -> None:
    page: dict[str, Any] = {"Origin": "https://app.example"}
    address = await delegate(owner, allowed_origin="https://app.example")
    part = await create_part(address, FILE[:10], **page)
    assert (await tus("HEAD", part, **page)).status_code == 200
    assert (await tus("HEAD", part)).status_code == 403


async def test_parts_end_with_their_address(address: str) -> None:
    part = await create_part(address, FILE[:10])
    late = timezone.now() - timedelta(seconds=1)
    await in_database(Upload.objects.update)(expires_at=late)
    assert (await tus("HEAD", part)).status_code == 410
    await in_database(closing.expire_uploads)()
    assert not await in_database(Upload.objects.filter(finished_at=None).exists)()
