"""The address of a delegated upload: one PUT, or chunks, by somebody without an account."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from allauth.account.models import EmailAddress
from channels.db import database_sync_to_async as in_database
from django.conf import LazySettings
from django.core.cache import cache
from django.utils import timezone

from accounts import api_keys
from accounts.models import User
from config.env.rates import Rate
from processing import services as processing
from tests.whole import ask
from videos.ingest import delegated
from videos.ingest.settings import VideoSettings
from videos.ingest.uploads import Limits
from videos.models import Source, Upload, Video
from videos.storage import originals

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

FILE = bytes(range(256)) * 40
SIZE = len(FILE)
PAGE = "https://app.example"
Delegate = Callable[..., Awaitable[str]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def delegate(owner: User) -> Delegate:
    """Makes an address."""

    def create(size: int | None = None, **limits: Any) -> str:
        upload = delegated.create(
            owner,
            VideoSettings(),
            size=size,
            limits=Limits(**limits),
            expires_in=timedelta(hours=1),
        )
        return delegated.path_of(upload.pk)

    async def created(size: int | None = None, **limits: Any) -> str:
        return str(await in_database(create)(size, **limits))

    return created


@pytest.fixture
async def address(delegate: Delegate) -> str:
    return await delegate()


async def put(address: str, body: bytes, *, total: Any = None, **headers: str) -> httpx.Response:
    """Send a whole file, or with ``total`` nothing but a question."""
    if total is not None:
        headers["Content-Range"] = f"bytes */{total}"
    return await ask("PUT", address, content=body, headers=headers)


async def chunk(
    address: str, first: int, end: int, *, total: Any = SIZE, body: bytes | None = None
) -> httpx.Response:
    """Send the bytes from ``first`` to before ``end``."""
    sent = FILE[first:end] if body is None else body
    headers = {"Content-Range": f"bytes {first}-{end - 1}/{total}"}
    return await ask("PUT", address, content=sent, headers=headers)


def told(answer: httpx.Response) -> tuple[int, str]:
    """The status and code of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def arrived() -> bytes:
    """The stored original of the only video, which is being processed."""
    return bytes(await in_database(_arrived)())


def _arrived() -> bytes:
    source = Source.objects.get()
    assert Video.objects.get().status == "processing"
    assert Upload.objects.get().received == source.size
    content = b"".join(originals().blocks(source.key))
    assert source.sha256 in ("", hashlib.sha256(content).hexdigest())
    return content


async def nothing_arrived() -> bool:
    return not await in_database(Source.objects.exists)()


async def test_a_whole_file_in_one_put(address: str, settings: LazySettings) -> None:
    answer = await put(address, FILE)
    assert answer.status_code == 200
    upload = await in_database(Upload.objects.get)()
    assert answer.json() == {"id": str(upload.pk), "state": "finished", "size": SIZE}
    assert await arrived() == FILE
    assert (await in_database(Source.objects.get)()).sha256 == hashlib.sha256(FILE).hexdigest()
    assert not list(settings.UPLOAD_DIR.glob(f"{upload.pk.hex}*"))


async def test_a_file_in_chunks(address: str) -> None:
    first = await chunk(address, 0, 4000)
    assert (first.status_code, first.headers["range"]) == (308, "bytes=0-3999")
    second = await chunk(address, 4000, 8000)
    assert (second.status_code, second.headers["range"]) == (308, "bytes=0-7999")
    last = await chunk(address, 8000, SIZE)
    assert (last.status_code, last.json()["state"]) == (200, "finished")
    assert await arrived() == FILE


async def test_a_file_in_one_chunk(address: str) -> None:
    assert (await chunk(address, 0, SIZE)).status_code == 200
    assert await arrived() == FILE


async def test_the_total_may_come_with_the_last_chunk(address: str) -> None:
    assert (await chunk(address, 0, 4000, total="*")).status_code == 308
    assert (await chunk(address, 4000, SIZE, total="*")).status_code == 308
    assert (await put(address, b"", total=SIZE)).status_code == 200
    assert await arrived() == FILE


async def test_how_far_it_is(address: str) -> None:
    answer = await put(address, b"", total=SIZE)
    assert answer.status_code == 308 and "range" not in answer.headers
    await chunk(address, 0, 4000)
    for total in (SIZE, "*"):
        answer = await put(address, b"", total=total)
        assert (answer.status_code, answer.headers["range"]) == (308, "bytes=0-3999")


async def test_a_chunk_that_comes_again_changes_nothing(address: str) -> None:
    await chunk(address, 0, 4000)
    again = await chunk(address, 0, 4000)
    assert (again.status_code, again.headers["range"]) == (308, "bytes=0-3999")
    overlapping = await chunk(address, 2000, 6000)
    assert (overlapping.status_code, overlapping.headers["range"]) == (308, "bytes=0-5999")
    assert (await chunk(address, 4000, SIZE)).status_code == 200
    assert await arrived() == FILE


async def test_bytes_that_come_again_must_be_the_same(address: str) -> None:
    await chunk(address, 0, 4000)
    other = await chunk(address, 2000, 6000, body=bytes(4000))
    assert told(other) == (409, "upload_bytes_differ")
    assert (await put(address, b"", total=SIZE)).headers["range"] == "bytes=0-3999"


async def test_a_chunk_too_early_is_refused(address: str) -> None:
    await chunk(address, 0, 4000)
    assert told(await chunk(address, 4001, 6000)) == (409, "upload_gap")
    assert (await put(address, b"", total=SIZE)).headers["range"] == "bytes=0-3999"


async def test_a_total_that_changes_is_refused(address: str) -> None:
    await chunk(address, 0, 4000)
    assert told(await chunk(address, 4000, 6000, total=SIZE + 1)) == (409, "upload_size_differs")
    assert told(await put(address, b"", total=SIZE - 1)) == (409, "upload_size_differs")
    assert told(await put(address, FILE[:-1])) == (409, "upload_size_differs")
    assert (await chunk(address, 4000, SIZE)).status_code == 200


@pytest.mark.parametrize("size", [3999, 4001])
async def test_a_body_of_another_length_than_its_range_is_refused_unread(
    address: str, size: int
) -> None:
    answer = await chunk(address, 0, 4000, body=FILE[:size])
    assert told(answer) == (400, "range_invalid")
    assert "range" not in (await put(address, b"", total=SIZE)).headers


async def test_a_whole_file_after_chunks_begins_again(address: str) -> None:
    await chunk(address, 0, 4000, body=bytes(4000), total="*")
    assert (await put(address, FILE)).status_code == 200
    assert await arrived() == FILE


async def test_a_limit_is_counted_whatever_is_announced(delegate: Delegate) -> None:
    address = await delegate(max_size=SIZE - 1)
    assert told(await put(address, FILE)) == (413, "upload_too_large")
    assert told(await chunk(address, 0, 4000)) == (413, "upload_too_large")
    assert told(await chunk(address, 0, SIZE, total="*")) == (413, "upload_too_large")

    async def unannounced() -> Any:
        yield FILE

    endless = await ask("PUT", address, content=unannounced())
    assert told(endless) == (413, "upload_too_large")
    assert f"{SIZE - 1:,}" in endless.json()["detail"]
    assert await nothing_arrived()
    assert (await put(address, FILE[:-1])).status_code == 200


async def test_the_announced_size_is_held(delegate: Delegate) -> None:
    address = await delegate(size=SIZE)
    assert told(await put(address, FILE[:-1])) == (409, "upload_size_differs")
    assert told(await chunk(address, 0, 10, total=SIZE - 1)) == (409, "upload_size_differs")
    assert (await put(address, FILE)).status_code == 200


async def test_an_empty_file_is_none(address: str) -> None:
    assert told(await put(address, b"")) == (400, "file_empty")
    assert told(await put(address, b"", total=0)) == (400, "file_empty")
    assert (await put(address, FILE)).status_code == 200


async def test_it_takes_one_file(address: str) -> None:
    await put(address, FILE)
    assert told(await put(address, FILE)) == (410, "upload_used")
    assert told(await chunk(address, 0, 4000)) == (410, "upload_used")
    assert told(await chunk(address, 0, SIZE, body=bytes(SIZE))) == (410, "upload_used")
    assert told(await put(address, b"", total=SIZE + 1)) == (410, "upload_used")
    assert await in_database(Source.objects.count)() == 1


async def test_a_lost_last_answer_is_given_again(address: str) -> None:
    await chunk(address, 0, 4000)
    first = await chunk(address, 4000, SIZE)
    for again in (await chunk(address, 4000, SIZE), await put(address, b"", total=SIZE)):
        assert (again.status_code, again.json()) == (200, first.json())
    assert (await chunk(address, 0, SIZE)).status_code == 200
    assert await in_database(Source.objects.count)() == 1


async def test_it_is_over_in_time(address: str) -> None:
    await chunk(address, 0, 4000)
    await in_database(Upload.objects.update)(expires_at=timezone.now() - timedelta(seconds=1))
    assert told(await chunk(address, 4000, SIZE)) == (410, "upload_expired")
    assert told(await put(address, b"", total=SIZE)) == (410, "upload_expired")


async def test_bytes_do_not_put_its_end_off(address: str) -> None:
    before = (await in_database(Upload.objects.get)()).expires_at
    await chunk(address, 0, 4000)
    assert (await in_database(Upload.objects.get)()).expires_at == before


async def test_canceled_by_its_owner_it_takes_no_more(address: str) -> None:
    await chunk(address, 0, 4000)
    await in_database(lambda: processing.cancel(Video.objects.get()))()
    assert told(await chunk(address, 4000, SIZE)) == (410, "upload_canceled")


async def test_canceled_in_the_api_its_bytes_are_deleted(
    address: str, owner: User, settings: LazySettings
) -> None:
    await chunk(address, 0, 4000)
    assert list(settings.UPLOAD_DIR.glob("*.upload"))
    _, key = await in_database(api_keys.issue)(owner, name="test")
    upload = await in_database(Upload.objects.get)()
    assert (await ask("DELETE", f"/api/v1/uploads/{upload.pk}/", key=key)).status_code == 204
    assert not list(settings.UPLOAD_DIR.glob("*.upload"))
    assert told(await chunk(address, 4000, SIZE)) == (410, "upload_canceled")


async def test_nobody_else_can_make_an_address(address: str) -> None:
    assert told(await put(address + "A", FILE)) == (404, "not_found")
    assert told(await put("/u/", FILE)) == (404, "not_found")
    await in_database(Upload.objects.all().delete)()
    assert told(await put(address, FILE)) == (404, "not_found")


@pytest.mark.parametrize("protocol", ["tus", "post"])
async def test_other_uploads_have_no_address(address: str, protocol: str) -> None:
    await in_database(Upload.objects.update)(protocol=protocol)
    assert told(await put(address, FILE)) == (404, "not_found")


async def test_the_owners_right_is_asked_each_time(address: str, owner: User) -> None:
    await chunk(address, 0, 4000)
    await in_database(User.objects.update)(can_upload=False)
    assert told(await chunk(address, 4000, SIZE)) == (403, "upload_not_allowed")
    await in_database(User.objects.update)(can_upload=True)
    await in_database(EmailAddress.objects.create)(user=owner, email=owner.email, primary=True)
    assert told(await chunk(address, 4000, SIZE)) == (403, "email_not_verified")
    await in_database(EmailAddress.objects.update)(verified=True)
    assert (await chunk(address, 4000, SIZE)).status_code == 200


async def test_the_owners_right_is_asked_when_the_file_is_whole(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = delegated.opened

    def opened_before(path: str, origin: str | None) -> Upload:
        upload = opened(path, origin)
        User.objects.update(can_upload=False)
        return upload

    monkeypatch.setattr(delegated, "opened", opened_before)
    assert told(await put(address, FILE)) == (403, "upload_not_allowed")
    assert await nothing_arrived()


async def test_pages_of_every_origin_may_use_it_and_read_what_it_says(address: str) -> None:
    asks = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-range,content-type",
    }
    preflight = await ask("OPTIONS", address, headers=asks)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "content-range" in preflight.headers["access-control-allow-headers"].lower()
    headers = {"Origin": PAGE, "Content-Range": f"bytes 0-3999/{SIZE}"}
    for sent in (FILE[:4000], b"x"):
        answer = await ask("PUT", address, content=sent, headers=headers)
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
        assert {"range", "location", "upload-offset", "retry-after"} <= set(exposed)


async def test_only_pages_of_the_allowed_origin_may(delegate: Delegate) -> None:
    address = await delegate(allowed_origin=PAGE)
    assert told(await put(address, FILE)) == (403, "origin_not_allowed")
    assert told(await put(address, FILE, Origin=f"{PAGE}.evil")) == (403, "origin_not_allowed")
    assert told(await put(address, FILE, Origin="null")) == (403, "origin_not_allowed")
    assert (await put(address, FILE, Origin=PAGE)).status_code == 200


async def test_no_account_is_looked_up(address: str) -> None:
    """A wrong key or cookie is no reason to refuse anything."""
    headers = {"Authorization": "Bearer vl_wrong", "Cookie": "sessionid=wrong"}
    assert (await ask("PUT", address, content=FILE, headers=headers)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_other_methods_are_refused(address: str, method: str) -> None:
    answer = await ask(method, address)
    assert told(answer) == (405, "method_not_allowed")
    assert "PUT" in answer.headers["allow"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_chunks_may_come_by_another_method(address: str, method: str) -> None:
    """UpChunk can be told to use it."""
    headers = {"Content-Range": f"bytes 0-{SIZE - 1}/{SIZE}"}
    assert (await ask(method, address, content=FILE, headers=headers)).status_code == 200


async def test_too_many_requests_wait(address: str, settings: LazySettings) -> None:
    cache.clear()
    settings.RATES = settings.RATES.__class__(
        **{**vars(settings.RATES), "api": Rate(2, 3600), "wrong_keys": Rate(1, 3600)}
    )
    assert told(await put("/u/forged", b"")) == (404, "not_found")
    assert told(await put("/u/forged", b"")) == (429, "throttled")
    for _ in range(2):
        assert (await put(address, b"", total=SIZE)).status_code == 308
    answer = await put(address, b"", total=SIZE)
    assert told(answer) == (429, "throttled")
    assert int(answer.headers["retry-after"]) > 0
    cache.clear()


async def test_it_wants_https_and_a_known_host_as_the_api_does(
    address: str, settings: LazySettings
) -> None:
    assert told(await put(address, FILE, Host="evil.example")) == (400, "host_not_allowed")
    settings.SECURE_SSL_REDIRECT = True
    assert told(await put(address, FILE)) == (403, "https_required")
    assert await nothing_arrived()
