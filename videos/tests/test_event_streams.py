"""Events as Server-Sent Events: who gets a stream, what it tells, and how it ends."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async as in_thread
from django.conf import LazySettings
from django.test import Client
from uvicorn import Config

from accounts import api_keys, tickets
from accounts.models import User
from accounts.tickets import Holder
from config.asgi import application
from config.http_protocol import BoundedProtocol
from config.serve import WebServer
from videos.events import announce, cursors, log, retention
from videos.feed import closes, hub
from videos.models import Event, Video
from videos.tests import feed_clients
from videos.tests.test_feed_subscriptions import OPEN, key_of, made, told

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]
HERE, THERE = "https://app.example.org", "https://evil.example.com"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _allowed(settings: LazySettings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [HERE]


@in_thread
def ticket_of(user: User) -> str:
    return tickets.issue(Holder(key_id=api_keys.issue(user, name="feed")[0].pk))


def of(video: Video) -> str:
    return f"/api/v1/videos/{video.pk}/events/"


async def test_it_tells_events_and_progress_with_the_cursor_as_id(owner: User) -> None:
    video = await made(owner)
    async with feed_clients.stream(await key_of(owner)) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.headers["cache-control"] == "no-store"
        assert stream.headers["x-accel-buffering"] == "no"
        assert await stream.block() == {"retry": "2000"}
        hello = await stream.hear()
        assert (hello["type"], hello["id"]) == ("hello", hello["cursor"])
        assert hello["named"] == "hello"
        await told(video)
        heard = await stream.hear()
        assert (heard["event"], heard["id"]) == ("video.updated", heard["cursor"])
        announce.progress(video, {"video": str(video.pk), "job": str(uuid4()), "percent": 5})
        heard = await stream.hear()
        assert (heard["type"], heard["percent"], heard["id"]) == ("progress", 5, None)


@pytest.mark.parametrize("by", ["header", "parameter", "both"])
async def test_a_browser_goes_on_where_it_was(owner: User, by: str) -> None:
    video = await made(owner)
    await told(video)
    since = cursors.encode(await in_thread(log.newest)())
    await told(video, title="Missed")
    query = "" if by == "header" else f"since={'e0' if by == 'both' else since}"
    headers = {} if by == "parameter" else {"last_event_id": since}
    async with feed_clients.stream(await key_of(owner), query=query, **headers) as stream:
        assert (await stream.hear())["cursor"] == since
        assert (await stream.hear())["payload"]["title"] == "Missed"


async def test_the_stream_of_one_video_tells_of_it_alone(owner: User) -> None:
    one, other = await made(owner), await made(owner)
    async with feed_clients.stream(await key_of(owner), of(one)) as stream:
        await stream.hear()
        await told(other)
        await told(one)
        assert (await stream.hear())["video"] == str(one.pk)


async def test_a_stranger_hears_that_it_is_gone_and_the_stream_ends(
    owner: User, stranger: User
) -> None:
    video = await made(owner, **OPEN)
    async with feed_clients.stream(await key_of(stranger), of(video)) as stream:
        await stream.hear()
        await told(video, visibility="private")
        assert (await stream.hear())["type"] == "gone"
        assert (await stream.hear())["code"] == closes.NOT_FOUND
        assert await stream.block() == {}


async def test_it_ends_with_its_key_within_a_second(owner: User) -> None:
    async with feed_clients.stream(await key_of(owner)) as stream:
        await stream.hear()
        await told(await made(owner))
        await stream.hear()
        await in_thread(lambda: api_keys.revoke(owner.api_keys.get()))()
        began = time.monotonic()
        assert (await stream.hear())["code"] == closes.NOT_AUTHENTICATED
        assert await stream.block() == {}
        assert time.monotonic() - began < 1


async def test_the_server_stops_without_waiting_for_streams(owner: User) -> None:
    async with feed_clients.stream(await key_of(owner)) as stream:
        await stream.hear()
        hub.here().stop()
        assert (await stream.hear())["code"] == closes.STOPPING
        assert await stream.block() == {}


async def test_sockets_and_streams_count_together(owner: User, settings: LazySettings) -> None:
    settings.FEEDS_AT_ONCE = 2
    key = await key_of(owner)
    async with feed_clients.socket(key) as socket, feed_clients.stream(key) as stream:
        await socket.hear()
        await stream.hear()
        async with feed_clients.stream(key) as third:
            assert (third.status, (await third.problem())["code"]) == (429, "too_many_feeds")
    async with feed_clients.stream(key) as stream:
        assert stream.status == 200


async def test_a_ticket_opens_one_stream_for_a_page_that_may_ask(owner: User) -> None:
    ticket = await ticket_of(owner)
    for expected in (200, 401):
        query = f"ticket={ticket}"
        async with feed_clients.stream(query=query, origin=HERE) as stream:
            assert stream.status == expected
    query = f"ticket={await ticket_of(owner)}"
    async with feed_clients.stream(query=query, origin=THERE) as stream:
        assert (stream.status, (await stream.problem())["code"]) == (403, "origin_not_allowed")


async def test_a_session_counts_only_for_pages_of_this_site(owner: User) -> None:
    client = Client()
    await in_thread(client.force_login)(owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    async with feed_clients.stream(cookie=cookie) as stream:
        assert stream.status == 200
    async with feed_clients.stream(cookie=cookie, origin=HERE) as stream:
        assert stream.status == 403


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("since=x", 400, "bad_cursor"),
        ("since=efffff", 400, "bad_cursor"),
        ("page=1", 400, "invalid"),
        ("all=true", 404, "not_found"),
        ("videos=00000000-0000-4000-8000-000000000001", 404, "not_found"),
        ("videos=00000000-0000-4000-8000-000000000001,x", 400, "invalid"),
    ],
)
async def test_a_refusal_is_a_problem(owner: User, query: str, status: int, code: str) -> None:
    async with feed_clients.stream(await key_of(owner), query=query) as stream:
        assert (stream.status, (await stream.problem())["code"]) == (status, code)


async def test_who_has_no_key_is_told_so(owner: User, transactional_db: None) -> None:
    for key, code in (("", "not_authenticated"), ("vl_wrong", "bad_api_key")):
        async with feed_clients.stream(key) as stream:
            assert (stream.status, (await stream.problem())["code"]) == (401, code)


async def test_a_video_that_somebody_may_not_see_is_not_there(owner: User, stranger: User) -> None:
    async with feed_clients.stream(await key_of(stranger), of(await made(owner))) as stream:
        assert (stream.status, (await stream.problem())["code"]) == (404, "not_found")


async def test_a_cursor_that_is_too_old_is_gone(owner: User, settings: LazySettings) -> None:
    video = await made(owner)
    await told(video)
    await told(video)

    def age() -> None:
        settings.KEEP_EVENTS_DAYS = 1
        Event.objects.update(created_at="2020-01-01T00:00:00Z")
        retention.prune_events()

    await in_thread(age)()
    async with feed_clients.stream(await key_of(owner), query="since=e0") as stream:
        problem: dict[str, Any] = await stream.problem()
        assert (stream.status, problem["code"]) == (410, "cursor_expired")


async def test_an_open_stream_does_not_hold_up_the_end_of_the_server(owner: User) -> None:
    config = Config(
        application,
        port=0,
        http=BoundedProtocol,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=60,
    )
    server = WebServer(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = "GET /api/v1/events/ HTTP/1.1\r\nHost: testserver\r\nAuthorization: Bearer "
        writer.write(f"{head}{await key_of(owner)}\r\n\r\n".encode())
        await reader.readuntil(b'"hello"')
        began, server.should_exit = time.monotonic(), True
        assert b'"code":1012' in await reader.read()
        await serving
    assert time.monotonic() - began < server.answer_seconds
    writer.close()
