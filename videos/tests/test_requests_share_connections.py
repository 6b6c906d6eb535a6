"""A web process answers many at once over few connections, and none is held for nothing."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from django.db import connection

from accounts import api_keys
from accounts.models import User
from config.asgi import application
from tests.servers.postgres import Postgres
from videos.storage.disk import DiskStorage

URL = "/api/v1/videos/"
pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_keys.issue(owner, name='test')[1]}"}


@pytest.fixture(autouse=True)
def pool_size(key: dict[str, str], request: pytest.FixtureRequest) -> Iterator[int]:
    """So many connections this process has at most."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no pool")
    options: dict[str, Any] = connection.settings_dict["OPTIONS"]
    before = options["pool"]
    for pool in (before | {"max_size": request.param, "timeout": 120}, before):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's
        options["pool"] = pool
        if pool is not before:
            yield int(request.param)


def _client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]  # its own mapping
    return httpx.AsyncClient(transport=transport, base_url="http://testserver", timeout=120)


def _connections(watching: psycopg.Connection) -> set[int]:
    """Those that the server has to the tests' database."""
    rows = watching.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'",
        [str(connection.settings_dict["NAME"])],
    )
    return {pid for (pid,) in rows}


@pytest.mark.parametrize("pool_size", [10], indirect=True)
async def test_a_hundred_calls_at_once_share_ten_and_none_fails(
    key: dict[str, str], postgres: Postgres
) -> None:
    over, seen = threading.Event(), [0]
    with psycopg.connect(postgres.url(), autocommit=True) as watching:
        of_the_pool_before = _connections(watching)

    def watch() -> None:
        with psycopg.connect(postgres.url(), autocommit=True) as watching:
            while not over.is_set():
                seen.append(len(_connections(watching) - of_the_pool_before))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        async with _client() as client:
            answers = await asyncio.gather(*(client.get(URL, headers=key) for _ in range(100)))
    finally:
        over.set()
        watcher.join()
    assert {answer.status_code for answer in answers} == {200}
    assert 1 < max(seen) <= 10


@pytest.mark.parametrize("pool_size", [1], indirect=True)
async def test_storing_an_upload_holds_none(
    key: dict[str, str],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storing, go_on = threading.Event(), threading.Event()
    take = DiskStorage.take_file

    def slow(self: DiskStorage, key: str, path: Path, *, content_type: str) -> None:
        storing.set()
        assert go_on.wait(60)
        take(self, key, path, content_type=content_type)

    monkeypatch.setattr(DiskStorage, "take_file", slow)
    async with _client() as client:
        files = {"file": ("a.mp4", clip.read_bytes())}
        upload = asyncio.create_task(client.post(URL, headers=key, files=files))
        assert await asyncio.to_thread(storing.wait, 60)
        assert (await client.get(URL, headers=key)).status_code == 200
        go_on.set()
        assert (await upload).status_code == 201


@pytest.mark.parametrize("pool_size", [1], indirect=True)
async def test_who_reads_slowly_holds_none(key: dict[str, str]) -> None:
    begun, read_on = asyncio.Event(), asyncio.Event()
    headers = [(name.lower().encode(), value.encode()) for name, value in key.items()]
    about = {"method": "GET", "path": URL, "query_string": b"", "http_version": "1.1"}
    scope: Any = {"type": "http", "headers": [(b"host", b"testserver"), *headers], **about}

    received = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        if event := next(received, None):
            return event
        return await asyncio.Event().wait()

    async def send(event: Any) -> None:
        begun.set()
        await read_on.wait()

    slow = asyncio.ensure_future(application(scope, receive, send))
    await asyncio.wait_for(begun.wait(), 60)
    async with _client() as client:
        assert (await client.get(URL, headers=key)).status_code == 200
    read_on.set()
    await asyncio.wait_for(slow, 60)
