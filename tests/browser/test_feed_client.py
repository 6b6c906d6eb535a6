"""`static/vodloom/feed.js` hears each event once, whichever way it has to go for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, Route, WebSocketRoute

from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.alone]

BEGIN = """async (options) => {
    const { VodloomFeed } = await import("/static/vodloom/feed.js");
    window.heard = [];
    window.said = [];
    window.feed = new VodloomFeed(options);
    for (const type of ["event", "image"]) {
        feed.addEventListener(type, ({ detail }) => {
            heard.push([detail.cursor, detail.event, detail.payload.title]);
        });
    }
    for (const type of ["lost", "found", "ended"]) {
        feed.addEventListener(type, ({ detail }) => said.push([type, detail?.reason ?? null]));
    }
    await new Promise((resolve) => {
        const look = () => feed.via && feed.cursor && resolve(clearInterval(timer));
        const timer = setInterval(look, 20);
    });
    return feed.via;
}"""
EVENTS = "/api/v1/events/"
LIST = "/api/v1/events/list/"


@pytest.fixture
def page(person: Person, open_cut_off: Callable[[Person], Page]) -> Page:
    """A page of the person whose own feed is not used."""
    page = open_cut_off(person)
    page.set_default_timeout(60_000)
    return page


class Renames:
    """Cheap events: a video is renamed, in a known order."""

    def __init__(self, person: Person, video: str) -> None:
        self.person, self.video, self.count = person, video, 0

    def rename(self, times: int) -> list[str]:
        """Rename the video, and return the titles in order."""
        titles = []
        for _ in range(times):
            self.count += 1
            titles.append(f"Title {self.count}")
            path = f"/api/v1/videos/{self.video}/"
            assert self.person.ask("PATCH", path, json={"title": titles[-1]}).status_code == 200
        return titles


@pytest.fixture
def renames(person: Person, no_video: Any) -> Renames:
    video = person.upload(no_video)
    person.wait_until_over(video)
    return Renames(person, video)


def heard(page: Page, last: str) -> list[str]:
    """Wait for an event with this title, and return the titles of all, which no cursor names
    twice."""
    page.wait_for_function("last => heard.some(([, , title]) => title === last)", arg=last)
    told = page.evaluate("heard")
    assert len({cursor for cursor, _, _ in told}) == len(told)
    return [title for _, event, title in told if event == "video.updated"]


def block_sockets(page: Page) -> None:
    def close(socket: WebSocketRoute) -> None:
        socket.close(code=1011, reason="A proxy does not let this through.")

    page.route_web_socket("**/ws/feed/**", close)


def via(page: Page, way: str) -> None:
    page.wait_for_function("way => feed.via === way", arg=way)


def test_each_event_is_heard_once_over_a_restart_of_the_server(
    person: Person, page: Page, renames: Renames
) -> None:
    assert page.evaluate(BEGIN, {}) == "socket"
    titles = renames.rename(3)
    heard(page, titles[-1])
    person.site.restart("web")
    titles += renames.rename(3)
    assert heard(page, titles[-1]) == titles


def test_the_page_is_told_when_the_line_is_lost_and_found(
    person: Person, page: Page, renames: Renames
) -> None:
    page.evaluate(BEGIN, {"lostMs": 100})
    person.site.kill("web")
    page.wait_for_function("() => said.length === 1")
    person.site.start("web")
    page.wait_for_function("() => said.length === 2")
    assert page.evaluate("said") == [["lost", None], ["found", None]]
    titles = renames.rename(1)
    assert heard(page, titles[-1]) == titles


def test_a_log_out_ends_it(person: Person, page: Page) -> None:
    page.evaluate(BEGIN, {})
    page.context.clear_cookies()
    page.evaluate("feed.close(), feed.begin()")
    page.wait_for_function("() => said.length === 1")
    assert page.evaluate("said") == [["ended", "logged_out"]]


def test_a_key_opens_it_by_tickets_and_a_stored_cursor_goes_on(
    person: Person, page: Page, renames: Renames
) -> None:
    begin = BEGIN.replace(
        "new VodloomFeed(options)",
        "new VodloomFeed({ ...options, storage: { get: () => window.kept, set: (cursor) => "
        "(window.kept = cursor) } })",
    )
    page.evaluate(begin, {"key": person.key})
    page.evaluate("feed.close()")
    titles = renames.rename(2)
    page.evaluate(begin, {"key": person.key})
    assert heard(page, titles[-1]) == titles


def test_a_loop_hears_what_listeners_hear(page: Page, renames: Renames) -> None:
    page.evaluate(BEGIN, {})
    page.evaluate(
        """() => {
            window.looped = [];
            (async () => { for await (const message of feed) looped.push(message.cursor); })();
        }"""
    )
    titles = renames.rename(2)
    heard(page, titles[-1])
    page.wait_for_function("() => looped.length === heard.length")
    assert page.evaluate("looped") == page.evaluate("heard.map(([cursor]) => cursor)")


def test_without_sockets_it_is_told_by_streams_and_without_these_it_asks_and_back(
    page: Page, renames: Renames
) -> None:
    block_sockets(page)
    assert page.evaluate(BEGIN, {"pollMs": 100}) == "sse"
    titles = renames.rename(2)
    assert heard(page, titles[-1]) == titles

    page.route(f"**{EVENTS}?**", lambda route: route.abort())
    page.evaluate("feed.close(), feed.begin()")
    titles += renames.rename(2)
    via(page, "poll")
    assert heard(page, titles[-1]) == titles

    page.unroute(f"**{EVENTS}?**")
    via(page, "sse")
    titles += renames.rename(2)
    assert heard(page, titles[-1]) == titles
    assert page.evaluate("said.filter(([type]) => type === 'ended')") == []


PRUNE = "from videos.models import EventLog; from django.db.models import F; "
PRUNE += "EventLog.objects.update(pruned=F('last'))"
TOO_LATE = """async (way) => {
    const { VodloomFeed } = await import("/static/vodloom/feed.js");
    window.kept = "e0";
    window.feed = new VodloomFeed({
        ways: [way],
        pollMs: 100,
        storage: { get: () => kept, set: (cursor) => (window.kept = cursor) },
    });
    window.heard = [];
    feed.addEventListener("event", ({ detail }) => {
        heard.push([detail.cursor, detail.event, detail.payload.title]);
    });
    const ended = new Promise((resolve) => feed.addEventListener("ended", resolve));
    return [(await ended).detail.reason, kept === feed.cursor];
}"""


@pytest.mark.parametrize("way", ["socket", "sse", "poll"])
def test_who_is_too_late_is_told_and_goes_on_with_what_is_kept(
    person: Person, page: Page, renames: Renames, way: str
) -> None:
    renames.rename(1)
    person.site.manage("shell", "--verbosity", "0", "-c", PRUNE)
    titles = renames.rename(2)
    assert page.evaluate(TOO_LATE, way) == ["expired", True]
    page.evaluate("feed.begin()")
    assert heard(page, titles[-1]) == titles


def test_a_page_that_is_too_late_is_loaded_anew(person: Person, page: Page) -> None:
    person.site.manage("shell", "--verbosity", "0", "-c", PRUNE)
    loads = []

    def answer(route: Route) -> None:
        """Give the page at first with the cursor that it had long ago."""
        loads.append(route.fetch())
        text = loads[-1].text()
        if len(loads) == 1:
            text = re.sub(r'data-feed-since="\w+"', 'data-feed-since="e0"', text)
        route.fulfill(response=loads[-1], body=text)

    page.route(f"{person.site.url}/", answer)
    page.goto("/")
    page.wait_for_function("document.documentElement.dataset.feedSince !== 'e0'")
    assert len(loads) == 2


def test_pages_of_any_origin_may_import_it(person: Person) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    answer = requests.get(f"{person.site.url}/static/vodloom/feed.js", headers=headers, timeout=20)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"].startswith("text/javascript")
