"""Quotas of bytes that stream through this server, by tus and to addresses of uploads."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import anyio
import pytest
from channels.db import database_sync_to_async as in_database

from accounts import api_keys
from accounts.models import User
from tests.planned import limit_free
from tests.whole import ask
from videos import quotas
from videos.ingest import closing, delegated
from videos.ingest.receiving import spool
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Upload, Video
from videos.tests.test_tus import Tus

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]
SIZE = 10_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def tus(owner: User) -> Tus:
    return Tus(api_keys.issue(owner, name="test")[1])


async def limit(**limits: Any) -> None:
    await in_database(limit_free)(**limits)


async def used(owner: User) -> int:
    used: int = (await in_database(quotas.used_by)(owner.pk)).bytes
    return used


async def test_of_thirty_creations_at_once_as_many_pass_as_the_plan_allows(tus: Tus) -> None:
    await limit(uploads_at_once=3)
    answers: list[Any] = []

    async def create() -> None:
        answers.append(await tus.ask("POST", Upload_Length=str(SIZE)))

    async with anyio.create_task_group() as group:
        for _ in range(30):
            group.start_soon(create)
    assert Counter(one.status_code for one in answers) == {201: 3, 403: 27}
    told = next(one.json() for one in answers if one.status_code == 403)
    assert (told["code"], told["quota"], told["limit"], told["used"]) == (
        "quota_exceeded",
        "uploads_at_once",
        3,
        3,
    )
    assert "Finish or cancel one" in told["detail"]
    made = next(one for one in answers if one.status_code == 201)
    assert (await tus.ask("DELETE", made.headers["location"])).status_code == 204
    await tus.create(SIZE)


async def test_a_size_that_is_told_later_is_checked_then(tus: Tus, owner: User) -> None:
    await limit(stored_bytes=SIZE)
    url = await tus.create(None)
    refused = await tus.send(url, 0, b"", Upload_Length=str(SIZE + 1))
    assert (refused.status_code, refused.json()["quota"]) == (403, "stored_bytes")
    assert (await tus.send(url, 0, b"abc", Upload_Length=str(SIZE))).status_code == 204
    assert await used(owner) == SIZE
    other = await tus.ask("POST", Upload_Defer_Length="1")
    assert other.json()["asked"] == 1


async def test_bytes_of_unknown_number_end_where_the_plan_does(tus: Tus, owner: User) -> None:
    await limit(stored_bytes=SIZE)
    url = await tus.create(None)
    assert (await tus.send(url, 0, bytes(SIZE))).status_code == 204
    refused = await tus.send(url, SIZE, b"x")
    assert (refused.status_code, refused.json()["quota"]) == (403, "stored_bytes")
    assert await tus.offset(url) == SIZE
    assert await used(owner) == SIZE


async def test_partial_uploads_count_once(tus: Tus, owner: User) -> None:
    await limit(stored_bytes=SIZE)
    parts = [await tus.create(SIZE // 2, Upload_Concat="partial") for _ in range(2)]
    refused = await tus.ask("POST", Upload_Length="1", Upload_Concat="partial")
    assert (refused.status_code, refused.json()["quota"]) == (403, "stored_bytes")
    for part in parts:
        assert (await tus.send(part, 0, bytes(SIZE // 2))).status_code == 204
    final = await tus.ask("POST", Upload_Concat=f"final;{parts[0]} {parts[1]}")
    assert final.status_code == 201, final.text
    with anyio.fail_after(20):
        while await Upload.objects.filter(finished_at=None).aexists():
            await anyio.sleep(0.05)
    assert (await Video.objects.aget()).status == "processing"
    assert await used(owner) == SIZE


async def test_a_plan_that_becomes_smaller_meanwhile_refuses_the_end(tus: Tus, owner: User) -> None:
    url = await tus.create(SIZE)
    assert (await tus.send(url, 0, bytes(SIZE - 1))).status_code == 204
    await limit(largest_file=SIZE // 2)
    refused = await tus.send(url, SIZE - 1, b"x")
    assert (refused.status_code, refused.json()["quota"]) == (403, "largest_file")
    upload = await Upload.objects.select_related("video").aget()
    assert upload.video is not None
    assert upload.error_code == upload.video.error_code == "quota_largest_file"
    assert not spool.path_of(upload.pk).exists()
    assert await used(owner) == 0


async def test_whoever_uploads_for_somebody_is_not_told_what_they_have_used(owner: User) -> None:
    await limit(stored_bytes=SIZE)
    upload = await in_database(delegated.create)(
        owner, VideoSettings(), limits=Limits(), expires_in=timedelta(hours=1)
    )
    answer = await ask("PUT", delegated.path_of(upload.pk), content=bytes(SIZE + 1))
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, "quota_exceeded")
    assert not {"quota", "limit", "used", "asked"} & set(told)
    assert "owner's plan" in told["detail"]
    assert (await ask("PUT", delegated.path_of(upload.pk), content=bytes(SIZE))).status_code == 200
    assert await used(owner) == SIZE


async def test_an_upload_whose_client_is_gone_leaves_its_room_when_it_expires(
    tus: Tus, owner: User
) -> None:
    await limit(stored_bytes=SIZE, uploads_at_once=1)
    await tus.create(SIZE)
    assert (await tus.ask("POST", Upload_Length=str(SIZE))).status_code == 403
    await Upload.objects.aupdate(expires_at="2020-01-01T00:00Z")
    assert await in_database(closing.expire_uploads)() == 1
    await tus.create(SIZE)
