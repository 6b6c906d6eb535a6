"""The live feed's sockets: who may listen, and how many at a time."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings

from accounts import api_keys, credentials
from accounts.models import User
from videos.events import listeners
from videos.events.feed import PATH, FeedConsumer


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
    socket = make(FeedConsumer.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output(20))["type"] == "websocket.accept"
    try:
        yield await socket.receive_output(20)
    finally:
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(20)
        assert socket.future.result() is None  # canceled if it did not end by itself


@pytest.mark.anyio
async def test_one_user_has_so_many_feeds_and_no_more(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "MOST_OF_ONE", 2)
    async with AsyncExitStack() as held:
        for _ in range(2):
            said = await held.enter_async_context(open_socket(key))
            assert said["type"] == "websocket.send"
        async with open_socket(key) as refused:
            assert (refused["type"], refused["code"]) == ("websocket.close", listeners.TOO_MANY)
    async with open_socket(key) as said:
        assert said["type"] == "websocket.send"


@pytest.mark.anyio
async def test_a_refused_socket_is_not_counted(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "MOST_OF_ONE", 1)
    async with open_socket("vl_wrong") as refused:
        assert refused["code"] == listeners.NOT_AUTHENTICATED
    for _ in range(2):
        async with open_socket(key) as said:
            assert said["type"] == "websocket.send"


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


def test_who_sends_no_origin_is_no_page() -> None:
    assert credentials.is_ours({"host": "testserver"})
    assert not credentials.is_ours({"host": "elsewhere.example"})
