"""Whoever is further behind than the events that are kept is told so, whichever way they read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async as in_thread
from django.db import transaction
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from videos.events import log, retention
from videos.feed import closes, hub, pump, reading
from videos.feed.parcels import Told
from videos.models import Event, Video
from videos.tests import feed_clients

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]

AsUser = Callable[[User], APIClient]
Opener = Callable[..., AbstractAsyncContextManager[Any]]
WAYS = pytest.mark.parametrize("open_feed", [feed_clients.socket, feed_clients.stream])
EVENT_SOURCE = {"accept": "text/event-stream"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def video(owner: User) -> Video:
    return Video.objects.create(owner=owner)


@pytest.fixture
def key(owner: User) -> str:
    return api_keys.issue(owner, name="feed")[1]


def tell(video: Video, times: int = 1) -> None:
    for _ in range(times):
        log.write("video.updated", video, changed=["title"])
    log.sequence()


def prune(until: int) -> None:
    """Delete the events up to a position for their age."""
    old = Now() - timedelta(days=31)
    Event.objects.filter(position__lte=until).update(created_at=old)
    retention.prune_events()


async def last_words(feed: Any) -> list[dict[str, Any]]:
    """What a feed says until it ends, as type, cursor and code alone."""
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["type"] not in ("close", "over"):
        heard.append(await feed.hear())
    told = [{name: one.get(name) for name in ("type", "cursor", "code")} for one in heard]
    return [{name: value for name, value in one.items() if value is not None} for one in told]


EXPIRED = {"type": "expired", "cursor": "e4"}
ENDINGS = {
    feed_clients.socket: [EXPIRED, {"type": "close", "code": closes.EXPIRED_CURSOR}],
    feed_clients.stream: [
        EXPIRED,
        {"type": "end", "code": closes.EXPIRED_CURSOR},
        {"type": "over"},
    ],
}


@WAYS
async def test_one_who_comes_back_too_late_is_told_before_anything_else(
    video: Video, key: str, open_feed: Opener
) -> None:
    await in_thread(tell)(video, 6)
    await in_thread(prune)(4)
    async with open_feed(key, query="since=e2", **EVENT_SOURCE) as feed:
        assert await last_words(feed) == ENDINGS[open_feed]
    async with open_feed(key, query="since=e4") as feed:
        assert [(await feed.hear())["cursor"] for _ in range(3)] == ["e4", "e5", "e6"]


async def test_an_event_source_goes_on_by_itself_behind_what_it_missed(
    video: Video, key: str
) -> None:
    """It connects again with the id of the last message it was sent."""
    await in_thread(tell)(video, 6)
    await in_thread(prune)(4)
    headers = {**EVENT_SOURCE, "last_event_id": "e1"}
    async with feed_clients.stream(key, **headers) as stream:
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        last = (await stream.hear())["id"]
    async with feed_clients.stream(key, **{**headers, "last_event_id": last}) as stream:
        assert [(await stream.hear())["cursor"] for _ in range(3)] == ["e4", "e5", "e6"]


async def test_a_program_gets_a_problem_that_says_where_to_go_on(video: Video, key: str) -> None:
    await in_thread(tell)(video, 6)
    await in_thread(prune)(4)
    async with feed_clients.stream(key, query="since=e2") as stream:
        problem = await stream.problem()
    assert (stream.status, problem["code"], problem["cursor"]) == (410, "cursor_expired", "e4")


@WAYS
async def test_what_goes_while_a_feed_catches_up_is_told(
    video: Video, key: str, open_feed: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(tell)(video, 6)
    read = reading.heard

    def prune_after_the_first(*how: Any, after: int, **which: Any) -> Any:
        if after:
            prune(4)
        return read(*how, after=after, **which)

    monkeypatch.setattr(pump, "BATCH", 2)
    monkeypatch.setattr(reading, "heard", prune_after_the_first)
    async with open_feed(key, query="since=e0") as feed:
        heard = await last_words(feed)
    before = [("hello", "e0"), ("event", "e1"), ("event", "e2")]
    assert [(one["type"], one["cursor"]) for one in heard[:3]] == before
    assert heard[3:] == ENDINGS[open_feed]


@WAYS
async def test_what_goes_while_the_hub_does_not_read_is_told(
    video: Video, key: str, open_feed: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a machine is suspended, or its database is away, for longer than events are kept."""
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.1)

    def pass_unseen() -> None:
        with transaction.atomic():
            tell(video, 3)
            prune(4)

    await in_thread(tell)(video)
    async with open_feed(key) as feed:
        assert (await feed.hear())["cursor"] == "e1"
        await in_thread(pass_unseen)()
        assert await last_words(feed) == ENDINGS[open_feed]


async def test_the_others_hear_on_when_the_hub_missed_something(
    video: Video, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.1)
    await in_thread(tell)(video, 3)
    async with feed_clients.socket(key) as feed:
        assert (await feed.hear())["cursor"] == "e3"
        hub.here().position = 0  # it was suspended before any of them was there
        await in_thread(prune)(2)
        await in_thread(tell)(video)
        assert (await feed.hear())["cursor"] == "e4"


def test_a_page_that_is_pruned_while_it_is_read_is_refused(
    video: Video, owner: User, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(video, 6)
    read = reading.heard

    def prune_and_read(*how: Any, **which: Any) -> Any:
        prune(4)
        found: list[Told] = list(read(*how, **which))
        return found

    monkeypatch.setattr(reading, "heard", prune_and_read)
    answer = as_user(owner).get("/api/v1/events/list/", {"since": "e2"})
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    assert answer.json()["cursor"] == "e4"
    found = as_user(owner).get("/api/v1/events/list/").json()
    assert [one["cursor"] for one in found["results"]] == ["e5", "e6"]


def test_gaps_of_deleted_owners_are_no_missed_events(video: Video) -> None:
    tell(video, 3)
    Event.objects.filter(position=2).delete()
    assert [event.position for event in log.after(1)] == [3]
