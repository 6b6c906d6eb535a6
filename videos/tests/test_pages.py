"""The pages as the server renders them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from videos.models import Video
from videos.pages import shelf


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """The owner, logged in."""
    client.force_login(owner)
    return client


@pytest.fixture
def shelve(owner: User) -> Callable[..., Video]:
    """Puts a video in the owner's library."""

    def make(title: str = "A video", **fields: str) -> Video:
        return Video.objects.create(owner=owner, title=title, **fields)

    return make


def titles(page: str) -> list[str]:
    return re.findall(r'card-title"><a href="[^"]*">([^<]*)<', page)


def test_the_library_is_for_who_is_logged_in(client: Client, db: None) -> None:
    for path in ("/", "/upload/", f"/library/cards/{uuid4()}/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_the_library_shows_only_ones_own(
    browser: Client, shelve: Callable[..., Video], stranger: User
) -> None:
    shelve("Mine")
    Video.objects.create(owner=stranger, title="Theirs", visibility="public")
    assert titles(browser.get("/").content.decode()) == ["Mine"]


def test_any_number_of_cards_takes_the_same_queries(
    browser: Client,
    shelve: Callable[..., Video],
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for number in range(10):
        shelve(f"Video {number}")
    browser.get("/")  # notes that the session is used, and reads the plans
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]  # a context manager
        assert len(titles(browser.get("/").content.decode())) == 10


def test_it_is_narrowed_by_status_and_title(browser: Client, shelve: Callable[..., Video]) -> None:
    shelve("Snow", status="canceled")
    shelve("Snowfall")
    shelve("Rain")
    for query, found in (
        ("status=canceled", ["Snow"]),
        ("q=snow", ["Snowfall", "Snow"]),
        ("q=snow&status=processing", ["Snowfall"]),
        ("status=ready", []),
        ("status=no-such-status", ["Rain", "Snowfall", "Snow"]),
    ):
        assert titles(browser.get(f"/?{query}").content.decode()) == found


def test_an_empty_library_says_what_to_do_first(browser: Client) -> None:
    page = browser.get("/").content.decode()
    assert "Your library is empty" in page
    assert "Nothing matches" in browser.get("/?q=zzz").content.decode()


def test_a_page_of_which_all_has_gone_is_no_empty_library(
    browser: Client, shelve: Callable[..., Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PAGE_SIZE", 1)
    shelve("Old")
    new = shelve("New")
    Video.objects.filter(title="Old").update(deleted_at="2026-01-01T00:00:00Z")
    answer = browser.get(f"/?before={new.pk}&sort=")
    assert answer.status_code == 302
    assert titles(browser.get(answer["Location"]).content.decode()) == ["New"]


def test_pages_turn_by_cursor_and_back(
    browser: Client, shelve: Callable[..., Video], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PAGE_SIZE", 2)
    for number in range(5):
        shelve(str(number))
    seen, address = [], "/"
    while address:
        page = browser.get(address).content.decode()
        seen.append(titles(page))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/" + older[1].replace("&amp;", "&") if older else ""
    assert seen == [["4", "3"], ["2", "1"], ["0"]]
    newer = re.search(r'rel="prev" href="([^"]+)"', page)
    assert newer
    page = browser.get("/" + newer[1].replace("&amp;", "&")).content.decode()
    assert titles(page) == ["2", "1"]
    assert 'rel="prev"' in page and 'rel="next"' in page


@pytest.mark.parametrize("address", ["?before=nonsense", "?after=nonsense", "?q=%00"])
def test_a_strange_address_is_no_error(browser: Client, address: str) -> None:
    assert browser.get("/" + address).status_code == 200


def test_a_card_leaves_a_page_it_does_not_belong_to(
    browser: Client, shelve: Callable[..., Video]
) -> None:
    video = shelve("Snow")
    assert browser.get(f"/library/cards/{video.pk}/?status=processing").status_code == 200
    assert browser.get(f"/library/cards/{video.pk}/?status=ready").status_code == 204


def test_what_one_may_not_see_is_not_there(
    client: Client, stranger: User, shelve: Callable[..., Video]
) -> None:
    video = shelve("Private")
    client.force_login(stranger)
    for path in (f"/watch/{video.pk}/", f"/library/cards/{video.pk}/", "/no/such/page"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.content.decode()
    problem = client.get("/api/v1/no-such-thing")
    assert problem["Content-Type"] == "application/problem+json"


def test_a_title_is_never_markup(browser: Client, shelve: Callable[..., Video]) -> None:
    video = shelve("<script>alert(1)</script>", description="<img src=x>")
    for path in ("/", f"/watch/{video.pk}/"):
        page = browser.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_no_page_has_script_or_style_of_its_own(
    browser: Client, shelve: Callable[..., Video]
) -> None:
    video = shelve()
    for path in ("/", "/upload/", f"/watch/{video.pk}/", "/account/", "/api/docs/", "/gone"):
        answer = browser.get(path)
        assert Inline.found_in(answer.content.decode()) == []
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


class Inline(HTMLParser):
    """Finds what a strict content policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def found_in(cls, page: str) -> list[str]:
        parser = cls()
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in given and not is_data):
            self.found.append(tag)
        self.found += [name for name in given if name == "style" or name.startswith("on")]
        for name in ("src", "href"):
            if (given.get(name) or "").startswith(("http:", "https:", "//", "javascript:")):
                self.found.append(str(given[name]))


def test_the_upload_page_offers_the_sites_that_are_allowed(
    browser: Client, settings: LazySettings
) -> None:
    offer = "to the page of a video on"
    assert offer not in browser.get("/upload/").content.decode()
    settings.SITE_HOSTS = ("films.example", "a.example")
    page = browser.get("/upload/").content.decode()
    assert f"{offer} films.example, a.example." in page
    assert 'data-sites="films.example a.example"' in page
