"""tus 1.0: each rule that a program can check, through the whole ASGI application."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx2 as httpx
import pytest
from channels.db import database_sync_to_async as sync
from django.conf import LazySettings
from django.test import Client

from accounts import api_keys
from accounts.models import User
from tests.whole import ask
from videos.ingest.receiving import hashing, spool
from videos.models import Folder, Source, Upload, Video

URL = "/api/v1/tus"
BYTES = "application/offset+octet-stream"
DATA = bytes(range(256)) * 40
SHA256 = hashlib.sha256(DATA).hexdigest()
pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Tus:
    """A client that sends what it is told to."""

    def __init__(self, key: str) -> None:
        self.always = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {key}"}

    async def ask(
        self, method: str, url: str = URL, content: Any = None, **headers: Any
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {k: v for k, v in {**self.always, **named}.items() if v is not None}
        return await ask(method, url, content=content, headers=sent)

    async def create(self, size: int | None = len(DATA), **headers: Any) -> str:
        length = {"Upload_Length": str(size)} if size is not None else {"Upload_Defer_Length": "1"}
        answer = await self.ask("POST", **{**length, **headers})
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    async def send(self, url: str, offset: int, content: Any, **headers: Any) -> httpx.Response:
        sent = {"Upload_Offset": str(offset), "Content_Type": BYTES, **headers}
        return await self.ask("PATCH", url, content, **sent)

    async def offset(self, url: str) -> int:
        answer = await self.ask("HEAD", url)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])


@pytest.fixture
def tus(owner: User) -> Tus:
    return Tus(api_keys.issue(owner, name="test")[1])


@pytest.fixture
def other(stranger: User) -> Tus:
    return Tus(api_keys.issue(stranger, name="test")[1])


def _metadata(**told: str) -> str:
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())


def _id(url: str) -> UUID:
    return UUID(url.rpartition("/")[2])


async def _upload(url: str) -> Upload:
    rows = Upload.objects.select_related("video")
    found: Upload = await sync(rows.get)(pk=_id(url))
    return found


async def _source(url: str) -> Source:
    found: Source = await sync(Source.objects.get)(key=(await _upload(url)).key)
    return found


def _code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["code"])


async def test_options_tells_what_is_possible_to_anybody(tus: Tus, settings: LazySettings) -> None:
    answer = await tus.ask("OPTIONS", Authorization=None, Tus_Resumable=None)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-max-size"] == str(settings.MAX_UPLOAD_BYTES)
    assert set(answer.headers["tus-extension"].split(",")) == {
        *("creation", "creation-with-upload", "creation-defer-length", "expiration"),
        *("checksum", "termination", "concatenation"),
    }
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")


async def test_a_file_in_two_requests_becomes_a_video(tus: Tus) -> None:
    url = await tus.create(Upload_Metadata=_metadata(filename="my_film.mp4", filetype="video/mp4"))
    assert url.startswith("/api/v1/tus/")
    assert await tus.offset(url) == 0
    answer = await tus.send(url, 0, DATA[:100])
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "100")
    assert "upload-expires" in answer.headers
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await tus.offset(url) == 100
    answer = await tus.send(url, 100, DATA[100:])
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(DATA)))
    source = await _source(url)
    assert (source.sha256, source.size, source.filename) == (SHA256, len(DATA), "my_film.mp4")
    video = (await _upload(url)).video
    assert video is not None
    assert (video.title, video.status) == ("my film", Video.Status.PROCESSING)
    assert await tus.offset(url) == len(DATA)
    again = await tus.send(url, len(DATA), b"")
    assert (again.status_code, again.headers["upload-offset"]) == (204, str(len(DATA)))
    assert (await tus.send(url, len(DATA), b"x")).status_code == 409


async def test_head_tells_everything_and_is_not_cached(tus: Tus) -> None:
    told = _metadata(filename="a.mp4", strange="x")
    answer = await tus.ask("HEAD", await tus.create(Upload_Metadata=told))
    assert answer.headers["upload-length"] == str(len(DATA))
    assert answer.headers["upload-metadata"] == told
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["upload-offset"] == "0"
    assert "upload-expires" in answer.headers


async def test_settings_are_those_of_every_way_in(tus: Tus, owner: User) -> None:
    folder: Folder = await sync(Folder.objects.create)(owner=owner, name="mine")
    told = _metadata(
        title="My title",
        visibility="unlisted",
        folder=str(folder.pk),
        tags=json.dumps(["a", "b"]),
        metadata=json.dumps({"k": 1}),
        clip=json.dumps({"start": 1, "end": 2}),
        external_id="mine-1",
        name="a.mp4",
        type="video/mp4",
        relativePath="x/a.mp4",
    )
    url = await tus.create(Upload_Metadata=told)
    upload = await _upload(url)
    video = upload.video
    assert video is not None
    assert (video.title, video.visibility, video.folder_id) == ("My title", "unlisted", folder.pk)
    assert (video.tags, video.metadata, video.clip_end) == (["a", "b"], {"k": 1}, 2.0)
    assert upload.filename == "a.mp4"
    taken = await tus.ask("POST", Upload_Length="5", Upload_Metadata=told)
    assert (taken.status_code, _code(taken)) == (409, "external_id_taken")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Tus_Resumable": None, "Upload_Length": "5"}, 412, "tus_version_unknown"),
        ({"Tus_Resumable": "0.2.2", "Upload_Length": "5"}, 412, "tus_version_unknown"),
        ({}, 400, "tus_header_invalid"),
        ({"Upload_Length": "-1"}, 400, "tus_header_invalid"),
        ({"Upload_Length": "x"}, 400, "tus_header_invalid"),
        ({"Upload_Length": "5", "Upload_Defer_Length": "1"}, 400, "tus_header_invalid"),
        ({"Upload_Defer_Length": "2"}, 400, "tus_header_invalid"),
        ({"Upload_Length": "0"}, 400, "file_empty"),
        ({"Upload_Length": str(10**15)}, 413, "upload_too_large"),
        ({"Upload_Length": "5", "Upload_Metadata": "filename *"}, 400, "tus_metadata_invalid"),
        ({"Upload_Length": "5", "Upload_Metadata": "a YQ==,a YQ=="}, 400, "tus_metadata_invalid"),
        ({"Upload_Length": "5", "Upload_Metadata": "visibility eA=="}, 400, "invalid_choice"),
        ({"Upload_Length": "5", "Upload_Metadata": "tags WzFd"}, 400, "invalid"),
        ({"Upload_Length": "5", "Upload_Concat": "half"}, 400, "upload_parts_invalid"),
        ({"Upload_Length": "5", "Authorization": None}, 401, "not_authenticated"),
        ({"Upload_Length": "5", "Authorization": "Bearer x"}, 401, "bad_api_key"),
    ],
)
async def test_what_is_wrong_with_a_creation_is_told(
    tus: Tus, headers: dict[str, Any], status: int, code: str
) -> None:
    answer = await tus.ask("POST", **headers)
    assert (answer.status_code, _code(answer)) == (status, code)
    if status == 412:
        assert answer.headers["tus-version"] == "1.0.0"
    assert not await sync(Upload.objects.exists)()
    assert not await sync(Video.objects.exists)()


async def test_who_may_not_upload_creates_nothing(tus: Tus, owner: User) -> None:
    await sync(User.objects.filter(pk=owner.pk).update)(can_upload=False)
    answer = await tus.ask("POST", Upload_Length="5")
    assert (answer.status_code, _code(answer)) == (403, "upload_not_allowed")


async def test_a_session_needs_a_page_of_this_site(tus: Tus, owner: User) -> None:
    def cookies() -> str:
        client = Client()
        client.force_login(owner)
        return f"sessionid={client.cookies['sessionid'].value}; csrftoken={'x' * 32}"

    about: dict[str, Any] = {"Authorization": None, "Cookie": await sync(cookies)()}
    await tus.create(Origin="http://testserver", **about)
    answer = await tus.ask("POST", Upload_Length="5", Origin="https://elsewhere.example", **about)
    assert answer.status_code == 403


async def test_no_room_is_told_before_the_first_byte(tus: Tus, settings: LazySettings) -> None:
    settings.MIN_FREE_UPLOAD_BYTES = 2**62
    answer = await tus.ask("POST", Upload_Length="5")
    assert (answer.status_code, _code(answer)) == (507, "disk_full")


async def test_somebody_elses_upload_does_not_exist(tus: Tus, other: Tus) -> None:
    url = await tus.create()
    for answer in (
        await other.ask("HEAD", url),
        await other.send(url, 0, DATA),
        await other.ask("DELETE", url),
        await tus.ask("HEAD", f"{URL}/{uuid4()}"),
        await tus.ask("HEAD", f"{URL}/nothing"),
    ):
        assert answer.status_code == 404
        assert "upload-offset" not in answer.headers
    assert await tus.offset(url) == 0


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content_Type": "text/plain"}, 415, "unsupported_media_type"),
        ({"Upload_Offset": "7"}, 409, "upload_offset_differs"),
        ({"Upload_Offset": None}, 400, "tus_header_invalid"),
        ({"Upload_Offset": "-5"}, 400, "tus_header_invalid"),
        ({"Tus_Resumable": "2.0.0"}, 412, "tus_version_unknown"),
        ({"Upload_Checksum": "crc32 AAAA"}, 400, "checksum_algorithm_unknown"),
        ({"Upload_Checksum": "sha1 AAAA"}, 400, "tus_header_invalid"),
        ({"Upload_Checksum": "sha1 ***"}, 400, "tus_header_invalid"),
        ({"Upload_Length": "11"}, 409, "upload_size_differs"),
    ],
)
async def test_a_refused_patch_writes_nothing(
    tus: Tus, headers: dict[str, Any], status: int, code: str
) -> None:
    url = await tus.create()
    await tus.send(url, 0, DATA[:5])
    answer = await tus.send(url, 5, DATA[5:10], **headers)
    assert (answer.status_code, _code(answer)) == (status, code)
    assert await tus.offset(url) == 5
    assert spool.path_of(_id(url)).read_bytes() == DATA[:5]


async def test_more_than_announced_is_refused(tus: Tus) -> None:
    url = await tus.create(10)
    answer = await tus.send(url, 0, DATA[:11])
    assert (answer.status_code, _code(answer)) == (413, "upload_too_large")
    assert await tus.offset(url) == 0

    async def unannounced() -> AsyncIterator[bytes]:
        yield DATA[:10]
        yield b"x"

    assert (await tus.send(url, 0, unannounced())).status_code == 413
    assert await tus.offset(url) == 10, "what fits has arrived"


async def test_the_method_may_be_in_a_header(tus: Tus) -> None:
    url = await tus.create()
    about = {"Upload_Offset": "0", "Content_Type": BYTES}
    answer = await tus.ask("POST", url, DATA[:5], X_HTTP_Method_Override="PATCH", **about)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "5")
    answer = await tus.ask("POST", url, X_HTTP_Method_Override="DELETE")
    assert answer.status_code == 204
    assert (await tus.ask("GET", url)).status_code == 405


async def test_bytes_may_come_with_the_creation(tus: Tus) -> None:
    answer = await tus.ask("POST", URL, DATA, Upload_Length=str(len(DATA)), Content_Type=BYTES)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(DATA)))
    assert (await _source(answer.headers["location"])).sha256 == SHA256
    answer = await tus.ask("POST", URL, DATA, Upload_Length="5", Content_Type=BYTES)
    assert answer.status_code == 413
    assert not await sync(Upload.objects.filter(finished_at=None).exists)()


async def test_the_length_may_be_told_later(tus: Tus) -> None:
    url = await tus.create(None)
    answer = await tus.ask("HEAD", url)
    assert answer.headers["upload-defer-length"] == "1"
    assert "upload-length" not in answer.headers
    await tus.send(url, 0, DATA[:5])
    answer = await tus.send(url, 5, DATA[5:], Upload_Length=str(len(DATA)))
    assert answer.status_code == 204
    assert (await _source(url)).sha256 == SHA256


async def test_a_file_that_turns_out_empty_is_refused(tus: Tus) -> None:
    url = await tus.create(None)
    answer = await tus.send(url, 0, b"", Upload_Length="0")
    assert (answer.status_code, _code(answer)) == (400, "file_empty")


@pytest.mark.parametrize("name", ["sha1", "sha256", "md5"])
async def test_a_chunk_that_does_not_fit_its_checksum_is_dropped(tus: Tus, name: str) -> None:
    def of(data: bytes) -> str:
        return f"{name} {base64.b64encode(hashlib.new(name, data).digest()).decode()}"

    url = await tus.create()
    assert (await tus.send(url, 0, DATA[:50], Upload_Checksum=of(DATA[:50]))).status_code == 204
    answer = await tus.send(url, 50, DATA[50:], Upload_Checksum=of(b"other"))
    assert (answer.status_code, _code(answer)) == (460, "checksum_mismatch")
    assert await tus.offset(url) == 50
    assert (await tus.send(url, 50, DATA[50:], Upload_Checksum=of(DATA[50:]))).status_code == 204
    assert (await _source(url)).sha256 == SHA256


async def test_a_terminated_upload_is_gone(tus: Tus) -> None:
    url = await tus.create()
    await tus.send(url, 0, DATA[:5])
    assert (await tus.ask("DELETE", url)).status_code == 204
    assert not spool.path_of(_id(url)).exists()
    for answer in (
        await tus.ask("HEAD", url),
        await tus.send(url, 5, DATA[5:]),
        await tus.ask("DELETE", url),
    ):
        assert answer.status_code == 410
    video = (await _upload(url)).video
    assert video is not None and video.status == Video.Status.CANCELED


async def test_a_finished_upload_cannot_be_terminated(tus: Tus) -> None:
    url = await tus.create()
    await tus.send(url, 0, DATA)
    answer = await tus.ask("DELETE", url)
    assert (answer.status_code, _code(answer)) == (409, "upload_finished")


async def _until_finished(url: str) -> None:
    end = time.monotonic() + 60
    while (await _upload(url)).finished_at is None:
        assert time.monotonic() < end
        await anyio.sleep(0.02)


async def test_parts_are_joined_in_their_order(tus: Tus) -> None:
    cuts = [(0, 1000), (1000, 4000), (4000, len(DATA))]
    parts = [await tus.create(b - a, Upload_Concat="partial") for a, b in cuts]
    for url, (a, b) in reversed(list(zip(parts, cuts, strict=True))):
        assert (await tus.send(url, 0, DATA[a:b])).status_code == 204
    answer = await tus.ask("HEAD", parts[0])
    assert answer.headers["upload-concat"] == "partial"
    hashing._kept.clear()
    absolute = [f"http://testserver{url}" for url in parts]
    answer = await tus.ask(
        "POST",
        Upload_Concat=f"final;{' '.join(absolute)}",
        Upload_Metadata=_metadata(filename="a.mp4", title="Joined"),
    )
    assert answer.status_code == 201
    final = answer.headers["location"]
    assert (await tus.send(final, 0, b"x")).status_code == 403
    await _until_finished(final)
    await _until_finished(parts[0])  # they are closed a moment after
    answer = await tus.ask("HEAD", final)
    assert answer.headers["upload-concat"] == f"final;{' '.join(parts)}"
    assert answer.headers["upload-length"] == str(len(DATA))
    assert answer.headers["upload-offset"] == str(len(DATA))
    source = await _source(final)
    assert (source.sha256, source.filename) == (SHA256, "a.mp4")
    assert (await tus.send(final, len(DATA), b"")).status_code == 403
    assert (await tus.ask("HEAD", parts[0])).status_code == 410


async def test_only_complete_parts_of_ones_own_are_joined(tus: Tus, other: Tus) -> None:
    whole = await tus.create(5, Upload_Concat="partial")
    await tus.send(whole, 0, DATA[:5])
    half = await tus.create(5, Upload_Concat="partial")
    await tus.send(half, 0, DATA[:2])
    foreign = await other.create(5, Upload_Concat="partial")
    await other.send(foreign, 0, DATA[:5])
    video = await tus.create(5)
    for named in (half, foreign, video, f"{whole} {whole}", f"{URL}/{uuid4()}", "x", ""):
        answer = await tus.ask("POST", Upload_Concat=f"final;{named}")
        assert (answer.status_code, _code(answer)) == (400, "upload_parts_invalid"), named
    answer = await tus.ask("POST", Upload_Concat=f"final;{whole}", Upload_Length="5")
    assert (answer.status_code, _code(answer)) == (400, "tus_header_invalid")
    empty = await tus.create(0, Upload_Concat="partial")
    answer = await tus.ask("POST", Upload_Concat=f"final;{empty}")
    assert (answer.status_code, _code(answer)) == (400, "file_empty")


async def test_bytes_on_another_server_are_told_of(tus: Tus) -> None:
    url = await tus.create()
    await sync(Upload.objects.filter(pk=_id(url)).update)(machine="another")
    for answer in (await tus.ask("HEAD", url), await tus.send(url, 0, DATA)):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
    assert _code(answer) == "upload_elsewhere"


async def test_an_upload_that_is_whole_but_unfinished_is_finished_by_asking(tus: Tus) -> None:
    url = await tus.create()
    await tus.send(url, 0, DATA[:5])
    spool.path_of(_id(url)).write_bytes(DATA)
    assert await tus.offset(url) == len(DATA)
    await _until_finished(url)
    assert (await _source(url)).sha256 == SHA256


async def test_pages_of_allowed_origins_read_the_headers(tus: Tus, settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    url = await tus.create()
    answer = await tus.ask("HEAD", url, Origin="https://app.example")
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert exposed >= {"Upload-Offset", "Upload-Length", "Tus-Resumable", "Location"}
