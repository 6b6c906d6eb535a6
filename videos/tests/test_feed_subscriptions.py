"""What a socket follows: its own, single videos, everything; and what it hears of each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async as in_thread
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts import api_keys
from accounts.models import User
from accounts.tickets import Holder
from tests.staff import only_a_moderator, staff
from videos.events import announce, cursors, log
from videos.feed import asking, closes, hub, parcels, socket, streams
from videos.feed.hearing import Hearing, Wish
from videos.feed.listeners import Listener
from videos.feed.parcels import Parcel
from videos.feed.streams import Stream
from videos.models import Video
from videos.tests import feed_clients

pytestmark = [pytest.mark.anyio, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@in_thread
def made(owner: User, **members: Any) -> Video:
    return Video.objects.create(owner=owner, **members)


@in_thread
def told(video: Video, kind: str = "video.updated", **changes: Any) -> None:
    """Change a video and log that."""
    if changes:
        Video.objects.filter(pk=video.pk).update(**changes)
    more = {"changed": sorted(changes) or ["title"]} if kind == "video.updated" else {}
    log.write(kind, video, **more)


@in_thread
def key_of(user: User) -> str:
    return api_keys.issue(user, name="feed")[1]


@in_thread
def somebody(make: Callable[[], User]) -> User:
    return make()


OPEN = {"visibility": "public", "title": "Open"}


async def test_the_owner_of_all_hears_both_and_others_nothing(owner: User, stranger: User) -> None:
    mine, theirs = await made(owner), await made(stranger)
    async with feed_clients.socket(await key_of(owner)) as socket:
        assert (await socket.hear())["type"] == "hello"
        await told(theirs)
        await told(mine)
        assert (await socket.hear())["video"] == str(mine.pk)
        assert await socket.is_silent()


async def test_a_client_chooses_what_it_follows(owner: User) -> None:
    one, other = await made(owner), await made(owner)
    async with feed_clients.socket(await key_of(owner), f"videos={one.pk}") as socket:
        await socket.hear()
        await told(other)
        await told(one)
        assert (await socket.hear())["video"] == str(one.pk)
        answer = await socket.ask({"subscribe": {"videos": [str(other.pk)]}})
        both = sorted([str(one.pk), str(other.pk)])
        assert answer == {"type": "subscribed", "own": False, "all": False, "videos": both}
        answer = await socket.ask({"unsubscribe": {"videos": [str(one.pk)]}})
        assert answer["videos"] == [str(other.pk)]
        await told(one)
        await told(other)
        assert (await socket.hear())["video"] == str(other.pk)
        answer = await socket.ask({"subscribe": {"own": True}})
        assert answer["own"] is True
        await told(one)
        assert (await socket.hear())["video"] == str(one.pk)


async def test_strangers_hear_of_an_open_video_what_its_page_tells(
    owner: User, stranger: User
) -> None:
    video = await made(owner, **OPEN)
    async with feed_clients.socket(await key_of(stranger), f"videos={video.pk}") as socket:
        await socket.hear()
        await told(video, "job.queued")
        await told(video, folder=None)
        announce.progress(video, {"video": str(video.pk), "job": str(uuid4()), "percent": 1.0})
        await told(video, "video.failed", error_code="x", error_message="internal")
        heard = await socket.hear()
        assert heard["event"] == "video.failed"
        assert heard["payload"]["error"] is None
        await told(video, title="New")
        heard = await socket.hear()
        assert (heard["payload"]["title"], heard["payload"]["changed"]) == ("New", ["title"])
        assert await socket.is_silent()


@pytest.mark.parametrize(
    "change", [{"visibility": "private"}, {"moderation": "rejected"}, {"deleted_at": "now"}]
)
async def test_a_video_that_is_open_no_longer_is_gone_for_strangers(
    owner: User, stranger: User, change: dict[str, Any]
) -> None:
    change = {name: timezone.now() if name == "deleted_at" else to for name, to in change.items()}
    video = await made(owner, **OPEN)
    async with feed_clients.socket(await key_of(stranger), f"videos={video.pk}") as socket:
        await socket.hear()
        await told(video, "video.updated", **change)
        assert (await socket.hear()) == {"type": "gone", "video": str(video.pk)}
        await told(video, "video.updated", title="Secret")
        await told(video, visibility="public", moderation="approved", deleted_at=None)
        assert await socket.is_silent()


async def test_what_may_not_be_followed_is_as_if_it_did_not_exist(
    owner: User, stranger: User
) -> None:
    private = await made(owner)
    unknown = uuid4()
    key = await key_of(stranger)
    async with feed_clients.socket(key, f"videos={private.pk}") as socket:
        answers = [await socket.hear() for _ in range(2)]
        assert [one["type"] for one in answers] == ["hello", "error"]
        assert answers[1]["videos"] == [str(private.pk)]
        refused = await socket.ask({"subscribe": {"videos": [str(unknown)]}})
        assert (refused["code"], refused["videos"]) == ("not_found", [str(unknown)])
        assert (await socket.hear())["videos"] == []
        refused = await socket.ask({"subscribe": {"all": True}})
        assert refused["code"] == "not_permitted"
        assert (await socket.hear())["all"] is False
        await told(private)
        assert await socket.is_silent()


async def test_staff_follow_everything_that_they_may_see(owner: User) -> None:
    viewer = await in_thread(staff)("viewer@example.com", "videos.view_video")
    moderator = await somebody(only_a_moderator)
    waiting, shown = await made(owner, moderation="pending"), await made(owner)
    async with (
        feed_clients.socket(await key_of(viewer), "all=true") as views,
        feed_clients.socket(await key_of(moderator), "all=true") as moderates,
    ):
        await views.hear()
        await moderates.hear()
        await told(waiting)
        await told(shown)
        assert (await moderates.hear())["video"] == str(waiting.pk)
        assert (await moderates.hear())["video"] == str(shown.pk)
        assert (await views.hear())["video"] == str(shown.pk)
        await in_thread(log.write_image_failure)(
            owner.pk, title="Sea", code="image_invalid", message="No."
        )
        assert await views.is_silent()


async def test_staff_who_lose_their_rights_hear_no_more(owner: User) -> None:
    viewer = await in_thread(staff)("viewer@example.com", "videos.view_video")
    video = await made(owner)
    async with feed_clients.socket(await key_of(viewer), "all=true") as socket:
        await socket.hear()
        await in_thread(viewer.user_permissions.clear)()
        assert (await socket.hear())["code"] == "not_permitted"
        await told(video)
        assert await socket.is_silent()


def _revoke(user: User) -> None:
    api_keys.revoke(user.api_keys.get())


def _disable(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])


@pytest.mark.parametrize("end", [_revoke, _disable])
async def test_who_is_not_in_any_more_is_closed_within_a_second(
    owner: User, end: Callable[[User], None]
) -> None:
    async with feed_clients.socket(await key_of(owner)) as socket:
        await socket.hear()
        await told(await made(owner))  # Redis announces from here on
        await socket.hear()
        await in_thread(end)(owner)
        began = time.monotonic()
        assert await socket.hear() == {"type": "close", "code": closes.NOT_AUTHENTICATED}
        assert time.monotonic() - began < 1


async def test_a_log_out_closes_within_a_second(owner: User) -> None:
    client = Client()
    await in_thread(client.force_login)(owner)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    async with feed_clients.socket(cookie=cookie) as socket:
        await socket.hear()
        await told(await made(owner))
        await socket.hear()
        await in_thread(client.logout)()
        began = time.monotonic()
        assert await socket.hear() == {"type": "close", "code": closes.NOT_AUTHENTICATED}
        assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[" * 10_000,
        "1" * 10_000,
        "null",
        "[]",
        '{"subscribe": []}',
        '{"subscribe": {}}',
        '{"subscribe": {"own": false}}',
        '{"subscribe": {"own": true}, "unsubscribe": {}}',
        '{"subscribe": {"videos": "x"}}',
        '{"subscribe": {"videos": [1, null, {}]}}',
        '{"subscribe": {"everything": true}}',
        json.dumps({"subscribe": {"videos": [str(uuid4()) for _ in range(201)]}}),
        "x" * (asking.LONGEST_MESSAGE + 1),
    ],
    ids=range(15),
)
async def test_a_message_that_is_none_is_answered_with_an_error(owner: User, message: str) -> None:
    async with feed_clients.socket(await key_of(owner)) as open_socket:
        await open_socket.hear()
        answer = await open_socket.ask(message)
        assert (answer["type"], answer["code"]) == ("error", "not_understood")
        assert (await open_socket.ask({"subscribe": {"own": True}}))["type"] == "subscribed"


async def test_too_many_messages_close_the_socket(owner: User) -> None:
    async with feed_clients.socket(await key_of(owner)) as open_socket:
        for _ in range(socket.MOST_MESSAGES + 1):
            await open_socket.say("x")
        heard = [await open_socket.hear()]
        while heard[-1]["type"] != "close":
            heard.append(await open_socket.hear())
        assert heard[-1]["code"] == closes.TOO_MUCH_SAID


@pytest.mark.parametrize("query", ["x=1", "all=yes", "videos=x", "since=", "own=true&own=true"])
async def test_parameters_that_are_none_close_the_socket(owner: User, query: str) -> None:
    async with feed_clients.socket(await key_of(owner), query) as open_socket:
        heard = await open_socket.hear()
        assert heard.get("code") == (None if query == "since=" else closes.BAD_QUERY)


async def test_a_client_that_falls_behind_is_served_from_the_rows(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is missed or told twice where the rows and what happens meet."""
    monkeypatch.setattr(streams, "MOST_WAITING", 3)
    monkeypatch.setattr(hub, "BATCH", 4)
    video = await made(owner)
    before = await in_thread(log.newest)()
    for _ in range(7):
        await told(video)
    query = f"since={cursors.encode(before)}"
    async with feed_clients.socket(await key_of(owner), query) as open_socket:
        await open_socket.hear()
        for _ in range(12):
            await told(video)
        heard = [int((await open_socket.hear())["cursor"][1:], 16) for _ in range(19)]
        assert heard == list(range(before + 1, before + 20))
        assert await open_socket.is_silent()


async def test_progress_comes_once_a_second_for_each_job_and_the_newest_wins(
    owner: User,
) -> None:
    video = await made(owner)
    job = str(uuid4())
    async with feed_clients.socket(await key_of(owner)) as open_socket:
        await open_socket.hear()
        await told(video)
        await open_socket.hear()
        announce.progress(video, {"video": str(video.pk), "job": job, "percent": 0})
        assert (await open_socket.hear())["percent"] == 0
        began = time.monotonic()
        for percent in range(1, 10):
            announce.progress(video, {"video": str(video.pk), "job": job, "percent": percent})
        heard = await open_socket.hear()
        assert (heard["type"], heard["percent"]) == ("progress", 9)
        assert time.monotonic() - began > 0.7
        assert await open_socket.is_silent()


async def test_redis_may_be_away(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "_send", lambda message: None)
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.2)
    video = await made(owner)
    async with feed_clients.socket(await key_of(owner)) as open_socket:
        await open_socket.hear()
        await told(video)
        assert (await open_socket.hear())["video"] == str(video.pk)


async def test_who_is_behind_is_told_too_that_a_video_is_gone(stranger: User) -> None:
    """Its rows are read no more, so they cannot tell it."""
    video_id = uuid4()
    hearing = Hearing(stranger.pk, public=frozenset({video_id}))
    listener = Listener(stranger, Holder(), ("", ""))
    stream = Stream(listener, Wish(videos=hearing.public), hearing, 5)
    gone = Parcel([parcels.gone(video_id, 6)])
    for is_waiting in (True, False):
        if is_waiting:
            stream.offer(gone)
            stream.fall_behind()
        else:
            stream.offer(gone)
        told = [line for parcel in stream.take(5) for line in parcel.lines]
        assert [(line.type, line.position) for line in told] == [("gone", None)]


async def test_an_end_from_before_a_feed_began_ends_nothing(stranger: User) -> None:
    """The video was closed and opened again before its rights were read."""
    video_id = uuid4()
    hearing = Hearing(stranger.pk, public=frozenset({video_id}))
    listener = Listener(stranger, Holder(), ("", ""))
    stream = Stream(listener, Wish(videos=hearing.public), hearing, 7)
    assert not stream.offer(Parcel([parcels.gone(video_id, 6)]))
    assert not stream.take(7)
    assert stream.offer(Parcel([parcels.gone(video_id, 8)])) == {video_id}


async def test_a_database_that_goes_while_a_feed_opens_is_told(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(hub.Hub, "review", away)
    async with feed_clients.socket(await key_of(owner)) as open_socket:
        assert await open_socket.hear() == {"type": "close", "code": closes.TRY_AGAIN}


async def test_events_come_once_the_database_is_back(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.1)
    video = await made(owner)
    read, is_away = hub._events_after, True

    def away(position: int) -> Any:
        if is_away:
            raise OperationalError
        return read(position)

    monkeypatch.setattr(hub, "_events_after", away)
    async with feed_clients.socket(await key_of(owner)) as open_socket:
        await open_socket.hear()
        await told(video)
        assert await open_socket.is_silent()
        is_away = False
        assert (await open_socket.hear())["video"] == str(video.pk)
