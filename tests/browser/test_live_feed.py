"""/ws/feed/: who may connect, what they receive, and what they receive after an absence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.browser.people import Person
from tests.servers.app import Vodloom

pytestmark = [pytest.mark.browser, pytest.mark.alone]

SECONDS = 60


@contextmanager
def listening(
    person: Person, *, since: str = "", headers: dict[str, str] | None = None
) -> Iterator[ClientConnection]:
    """Open a socket with the person's API key, or with other headers instead."""
    query = f"?since={since}" if since else ""
    address = person.site.url.replace("http", "ws") + "/ws/feed/" + query
    given = {"Authorization": f"Bearer {person.key}"} if headers is None else headers
    with connect(address, additional_headers=given, compression=None, proxy=None) as socket:
        yield socket


def hear(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=SECONDS)))


def hear_until(socket: ClientConnection, event: str) -> list[dict[str, Any]]:
    """Receive and return all messages up to the frame with the first event of this name, which ends
    the list."""
    heard: list[dict[str, Any]] = []
    while event not in [message.get("event") for message in heard]:
        said = hear(socket)
        heard += said["events"] if said["type"] == "events" else [said]
    last = [message.get("event") for message in heard].index(event)
    return heard[: last + 1]


BEGUN_AND_FAILED = [
    "video.created",
    "video.upload.completed",
    "job.queued",
    "video.processing.started",
    "video.failed",
]


def events(heard: list[dict[str, Any]], video: str) -> list[str]:
    """Return the names of a video's events, in order."""
    told = [message for message in heard if message["type"] == "event"]
    return [message["event"] for message in told if message["video"] == video]


def close_code(person: Person, **how: Any) -> int | None:
    with listening(person, **how) as socket, pytest.raises(ConnectionClosed) as closed:
        hear(socket)
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_a_feed_begins_now_and_tells_changes_in_order(person: Person, no_video: Path) -> None:
    before = person.upload(no_video)
    person.wait_until_over(before)
    with listening(person) as socket:
        assert hear(socket)["type"] == "hello"
        video = person.upload(no_video)
        heard = hear_until(socket, "video.failed")
    told = [message for message in heard if message["type"] == "event"]
    assert events(heard, video) == BEGUN_AND_FAILED
    assert told[-1]["payload"]["error"]["code"] == "source_not_video"
    assert len({message["cursor"] for message in told}) == len(told)


def test_an_absence_is_told_from_the_cursor_on_and_nothing_twice(
    person: Person, no_video: Path
) -> None:
    with listening(person) as socket:
        cursor = hear(socket)["cursor"]
    first = person.upload(no_video)
    person.wait_until_over(first)
    with listening(person, since=cursor) as socket:
        heard = hear_until(socket, "video.failed")
        assert events(heard, first) == BEGUN_AND_FAILED
        assert person.ask("DELETE", f"/api/v1/videos/{first}/").status_code == 204
        assert hear_until(socket, "video.deleted")[-1]["video"] == first
    with listening(person, since=heard[-1]["cursor"]) as socket:
        assert events(hear_until(socket, "video.deleted"), first) == ["job.failed", "video.deleted"]


def test_progress_is_told_while_a_video_is_prepared(person: Person, clip_with_audio: Path) -> None:
    with listening(person) as socket:
        video = person.upload(clip_with_audio)
        heard = hear_until(socket, "video.ready")
    ticks = [message for message in heard if message["type"] == "progress"]
    assert ticks
    assert {tick["video"] for tick in ticks} == {video}
    assert {"job", "percent", "eta_seconds", "stage", "speed"} <= set(ticks[0])
    percents = [tick["percent"] for tick in ticks]
    assert percents == sorted(percents)


def test_staff_too_hear_only_of_their_own(demo: Person, person: Person, no_video: Path) -> None:
    with listening(demo) as socket:
        hear(socket)
        person.wait_until_over(person.upload(no_video))
        own = demo.upload(no_video)
        heard = hear_until(socket, "video.failed")
    assert {message["video"] for message in heard if message["type"] == "event"} == {own}


def test_nobody_listens_without_a_key_or_session(person: Person) -> None:
    assert close_code(person, headers={}) == 4401
    assert close_code(person, headers={"Authorization": "Bearer vl_wrong"}) == 4401
    assert close_code(person, headers={"Cookie": "sessionid=wrong"}) == 4401


def test_a_cursor_we_did_not_give_out_is_refused(person: Person) -> None:
    for cursor in ("17", "e", "-1", "e-1", "ez", "e" + "f" * 40):
        assert close_code(person, since=cursor) == 4400


def test_the_origin_counts_only_where_the_cookie_does(person: Person, chromium: Browser) -> None:
    context = chromium.new_context(base_url=person.site.url)
    person.log_in(context.new_page())
    session = {cookie["name"]: cookie["value"] for cookie in context.cookies()}["sessionid"]
    context.close()
    cookie = {"Cookie": f"sessionid={session}"}
    with listening(person, headers=cookie | {"Origin": person.site.url}) as socket:
        assert hear(socket)["type"] == "hello"
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert close_code(person, headers=cookie | elsewhere) == 4403
    with listening(person, headers={"Authorization": f"Bearer {person.key}"} | elsewhere) as socket:
        assert hear(socket)["type"] == "hello"


def test_changes_are_told_while_redis_is_away_and_after(
    person: Person, site: Vodloom, no_video: Path
) -> None:
    first = person.upload(no_video)
    person.wait_until_over(first)
    with listening(person) as socket:
        hear(socket)
        site.redis.kill()
        try:
            assert person.ask("DELETE", f"/api/v1/videos/{first}/").status_code == 204
            assert hear_until(socket, "video.deleted")[-1]["video"] == first
            with listening(person) as late:  # A socket opened without Redis receives events too.
                assert hear(late)["type"] == "hello"
        finally:
            site.redis.start()
        second = person.upload(no_video)
        assert events(hear_until(socket, "video.failed"), second) == BEGUN_AND_FAILED


@pytest.mark.thorough
def test_progress_is_told_again_after_redis_was_away(
    person: Person, site: Vodloom, clip_with_audio: Path
) -> None:
    with listening(person) as socket:
        hear(socket)
        site.redis.kill()
        site.redis.start()
        # A worker may reconnect before the feed does, and finish the first video by then.
        for _ in range(4):
            person.upload(clip_with_audio)
            if any(message["type"] == "progress" for message in hear_until(socket, "video.ready")):
                return
    pytest.fail("No progress was told of four videos.")


@pytest.mark.thorough
def test_a_library_loses_nothing_when_redis_restarts_under_it(
    person: Person,
    site: Vodloom,
    open_page: Callable[[Person], Page],
    clip_with_audio: Path,
) -> None:
    page = open_page(person)
    page.evaluate("window.neverReloaded = true")
    video = person.upload(clip_with_audio)
    expect(page.get_by_text("Preparing the video")).to_be_visible(timeout=SECONDS * 1000)
    site.redis.kill()
    site.redis.start()
    ready = page.locator(f'.card[data-video="{video}"][data-status="ready"]')
    expect(ready).to_be_visible(timeout=SECONDS * 1000)
    assert page.evaluate("window.neverReloaded")
