"""Another user's private video cannot be seen on pages, API, socket and media."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Person, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture
def stranger(person: Person, chromium: Browser) -> Person:
    return sign_up(person.site, chromium, f"stranger-of-{person.email}")


def test_a_private_video_is_not_there_for_others(
    person: Person, stranger: Person, chromium: Browser, short_clip: Path
) -> None:
    video = person.upload(short_clip)
    hls = person.wait_until_over(video)["playback"]["hls"]
    context = chromium.new_context(base_url=person.site.url)
    page = context.new_page()
    stranger.log_in(page)
    for path in (f"/watch/{video}/", f"/library/cards/{video}/"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 404
        expect(page.get_by_text("There is nothing here")).to_be_visible()
    context.close()
    assert stranger.ask("GET", f"/api/v1/videos/{video}/").status_code == 404
    assert stranger.ask("POST", f"/api/v1/videos/{video}/cancel/").status_code == 404

    *_, token, release, name = hls.split("/")
    bare = "/".join([person.site.url, "m", release, name])
    forged = "/".join([person.site.url, "m", token[:-1] + "-", release, name])
    assert requests.get(hls, timeout=60).status_code == 200
    assert requests.get(bare, timeout=60).status_code == 403
    assert requests.get(forged, timeout=60).status_code == 403


def test_a_public_video_plays_for_whoever_comes(
    person: Person, chromium: Browser, short_clip: Path
) -> None:
    video = person.upload(short_clip)
    person.wait_until_over(video)
    person.ask("PATCH", f"/api/v1/videos/{video}/", json={"visibility": "public"})
    context = chromium.new_context(base_url=person.site.url)
    page = context.new_page()
    page.goto(f"/watch/{video}/")
    expect(page.locator("vod-player")).to_be_visible()
    expect(page.get_by_role("heading", name="short bars")).to_be_visible()
    expect(page.locator("summary[aria-label='More actions']")).to_have_count(0)
    context.close()


def test_every_page_keeps_its_content_policy(
    demo: Person, open_page: Callable[[Person], Page]
) -> None:
    """`open_page` fails on any error that the browser logs."""
    page = open_page(demo)
    for path, seen in (
        ("/upload/", "Drop videos here"),
        ("/account/", "Email addresses"),
        ("/account/keys/", "What the key is for"),
        ("/account/usage/", "Used and left"),
        ("/account/notifications/", "What you are told"),
        ("/account/webhooks/", "New webhook"),
        ("/account/security/", "Current password"),
        ("/api/docs/", "/api/v1/videos/{id}/reprocess"),
        ("/admin/", "Waiting for approval"),
        ("/admin/videos/video/", "Staff actions"),
        ("/admin/accounts/apikey/add/", "Staff actions"),
    ):
        page.goto(path)
        expect(page.get_by_text(seen).first).to_be_visible()
