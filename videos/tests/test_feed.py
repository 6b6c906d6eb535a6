"""The live feed's sockets: who may listen, and how many at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings
from django.test import Client

from accounts import api_keys, credentials
from accounts.models import User
from videos.events import announce, cursors, log
from videos.feed import closes, reading, review
from videos.feed.socket import PATH, serve
from videos.models import EventLog, Video


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def key(owner: User, transactional_db: None) -> str:
    return api_keys.issue(owner, name="feed")[1]


@asynccontextmanager
async def open_socket(key: str) -> AsyncIterator[dict[str, Any]]:
    """The first thing a socket says: a message, or its close."""
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"host", b"testserver")]
    scope = {"type": "websocket", "path": PATH, "query_string": b"", "headers": headers}
    make: Any = ApplicationCommunicator  # asgiref has no types for it
    socket = make(serve, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(20))["type"] == "websocket.accept"
    try:
        yield await socket.receive_output(20)
    finally:
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(20)
        assert socket.future.result() is None  # canceled if it did not end by itself


@pytest.mark.anyio
async def test_one_user_has_so_many_feeds_and_no_more(key: str, settings: LazySettings) -> None:
    settings.FEEDS_AT_ONCE = 2
    async with AsyncExitStack() as held:
        for _ in range(2):
            said = await held.enter_async_context(open_socket(key))
            assert said["type"] == "websocket.send"
        async with open_socket(key) as refused:
            assert (refused["type"], refused["code"]) == ("websocket.close", closes.TOO_MANY)
    async with open_socket(key) as said:
        assert said["type"] == "websocket.send"


@pytest.mark.anyio
async def test_a_refused_socket_is_not_counted(key: str, settings: LazySettings) -> None:
    settings.FEEDS_AT_ONCE = 1
    async with open_socket("vl_wrong") as refused:
        assert refused["code"] == closes.NOT_AUTHENTICATED
    for _ in range(2):
        async with open_socket(key) as said:
            assert said["type"] == "websocket.send"


async def closed_by(socket: Any, seconds: float) -> dict[str, Any]:
    """How a socket is closed, whatever it is told before."""
    async with asyncio.timeout(seconds):
        while True:
            said: dict[str, Any] = await socket.receive_output(seconds)
            if said["type"] == "websocket.close":
                return said


def revoke(user: User) -> None:
    for key in user.api_keys.all():
        api_keys.revoke(key)


def disable(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.fixture
def _looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody announces anything, and who is in is asked several times a second, which is seconds
    elsewhere."""
    assert review.CHECK_SECONDS <= 3
    monkeypatch.setattr(review, "CHECK_SECONDS", 0.3)
    monkeypatch.setattr(announce, "_send", lambda message: None)


@pytest.mark.anyio
@pytest.mark.usefixtures("_looks_soon")
@pytest.mark.parametrize("end", [revoke, disable])
async def test_who_is_not_in_any_more_hears_no_more_within_seconds(
    key: str, owner: User, end: Callable[[User], None]
) -> None:
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"host", b"testserver")]
    await _is_closed_after(lambda: end(owner), headers)


@pytest.mark.anyio
@pytest.mark.usefixtures("_looks_soon")
async def test_a_logout_ends_the_feeds_of_its_session_within_seconds(
    owner: User, transactional_db: None
) -> None:
    client = Client()
    await sync_to_async(client.force_login)(owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    headers = [(b"cookie", cookie.encode()), (b"host", b"testserver")]
    await _is_closed_after(client.logout, headers)


async def _is_closed_after(end: Callable[[], None], headers: list[tuple[bytes, bytes]]) -> None:
    scope = {"type": "websocket", "path": PATH, "query_string": b"", "headers": headers}
    make: Any = ApplicationCommunicator  # asgiref has no types for it
    socket = make(serve, scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(20))["type"] == "websocket.accept"
    assert (await socket.receive_output(20))["type"] == "websocket.send"
    await sync_to_async(end)()
    said = await closed_by(socket, 20)
    assert said["code"] == closes.NOT_AUTHENTICATED
    assert said["reason"] == closes.REASONS[closes.NOT_AUTHENTICATED]
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(20)


@pytest.mark.anyio
async def test_nothing_is_told_to_who_was_out_a_second_before(
    key: str, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "CHECK_SECONDS", 60.0)
    monkeypatch.setattr(announce, "rights", lambda user_id: None)
    headers = [(b"authorization", f"Bearer {key}".encode()), (b"host", b"testserver")]
    scope = {"type": "websocket", "path": PATH, "query_string": b"", "headers": headers}
    make: Any = ApplicationCommunicator
    socket = make(serve, scope)
    await socket.send_input({"type": "websocket.connect"})
    for _ in range(2):
        await socket.receive_output(20)
    await asyncio.sleep(review.LATELY_SECONDS)

    def change() -> None:
        revoke(owner)
        log.write("video.updated", Video.objects.create(owner=owner))

    await sync_to_async(change)()
    said = await socket.receive_output(20)
    assert (said["type"], said["code"]) == ("websocket.close", closes.NOT_AUTHENTICATED)
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait(20)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://testserver", True),
        ("https://app.example.com", True),
        ("https://a.b.example.com", True),
        ("http://app.example.com", False),
        ("https://example.org", False),
        ("https://notexample.com", False),
        ("https://exact.example.org", True),
        ("null", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_origins_are_trusted_as_django_trusts_them(
    origin: str, expected: bool, settings: LazySettings
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.com", "https://exact.example.org"]
    assert credentials.is_ours({"host": "testserver", "origin": origin}) is expected


def test_a_page_that_came_in_the_clear_is_none_of_ours_behind_https(settings: LazySettings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    for origin, expected in (("https://testserver", True), ("http://testserver", False)):
        assert credentials.is_ours({"host": "testserver", "origin": origin}) is expected


@pytest.mark.anyio
async def test_a_cursor_that_is_ahead_of_all_events_is_none(
    owner: User, transactional_db: None
) -> None:
    """As after a backup was restored: the feed would be silent until it is reached again."""

    async def first_position(position: int) -> int:
        return await sync_to_async(reading.start)(cursors.encode(position))

    def change() -> int:
        log.write("video.updated", Video.objects.create(owner=owner))
        return log.newest()

    newest = await sync_to_async(change)()
    assert await first_position(newest) == newest
    with pytest.raises(cursors.BadCursor):
        await first_position(newest + 1)
    await sync_to_async(EventLog.objects.update)(last=0)  # a version before the row placed it
    assert await first_position(newest) == newest


def test_who_sends_no_origin_is_no_page() -> None:
    assert credentials.is_ours({"host": "testserver"})
    assert not credentials.is_ours({"host": "elsewhere.example"})
