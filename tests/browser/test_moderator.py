"""A moderator with exactly a moderator's permissions: reviews, approves, rejects with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PASSWORD, Person
from tests.browser.playing import start
from tests.servers.app import Vodloom

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.thorough]

_MAKE = """
from django.contrib.auth.models import Group
from accounts.models import User
user, _ = User.objects.get_or_create(email="moderator@example.com", defaults={"is_staff": True})
user.set_password(%r)
user.save()
user.groups.add(Group.objects.get(name="Moderators"))
"""
_WAIT = (
    "from videos.models import Video; Video.objects.filter(pk__in=%r).update(moderation='pending')"
)

_APPROVE = (
    "from videos.models import Video;"
    "Video.objects.filter(title='Film 2').update(moderation='approved')"
)


@pytest.fixture
def moderator(site: Vodloom, demo: Person) -> Person:
    site.manage("shell", "-c", _MAKE % PASSWORD)
    return Person(site, "moderator@example.com", PASSWORD)


def test_a_moderator_works_off_the_queue(
    person: Person, moderator: Person, open_page: Callable[[Person], Page], short_clip: Path
) -> None:
    videos = [person.upload(short_clip) for _ in range(3)]
    for number, video in enumerate(videos):
        person.wait_until_over(video)
        about = {"title": f"Film {number}", "visibility": "public"}
        person.ask("PATCH", f"/api/v1/videos/{video}/", json=about)
    person.site.manage("shell", "-c", _WAIT % videos)

    page = open_page(moderator)
    page.goto("/admin/")
    offered = page.get_by_role("navigation", name="Admin").get_by_role("link").all_inner_texts()
    assert [name.split("\n")[0] for name in offered] == [
        "Overview",
        "Review",
        "Videos",
        "Decisions",
    ]
    page.get_by_role("link", name="Review them").click()

    # The oldest video is shown and played first, with the keyboard only.
    expect(page.get_by_role("heading", name="Film 0")).to_be_visible()
    start(page)
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Film 0” was approved.")).to_be_visible()

    expect(page.get_by_role("heading", name="Film 1")).to_be_visible()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("Reason", exact=True).select_option("other")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Write a sentence that tells the owner why.")).to_be_visible()
    page.get_by_label("Sentence for the owner").fill("The picture is upside down.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("“Film 1” was rejected.")).to_be_visible()

    # Another moderator decides about the third video first.
    expect(page.get_by_role("heading", name="Film 2")).to_be_visible()
    person.site.manage("shell", "-c", _APPROVE)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("“Film 2” was approved meanwhile.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()

    page.get_by_role("link", name="Decisions").click()
    row = page.get_by_role("row").filter(has_text="Film 1")
    expect(row).to_contain_text("The picture is upside down.")
    expect(row).to_contain_text("moderator@example.com")

    owner = open_page(person)
    owner.goto(f"/watch/{videos[1]}/")
    expect(owner.get_by_text("The picture is upside down.")).to_be_visible()
    owner.goto("/")
    expect(owner.get_by_text("The picture is upside down.")).to_be_visible()
    assert person.ask("GET", f"/api/v1/videos/{videos[1]}/").json()["moderation_reason"] == {
        "code": "other",
        "message": "The picture is upside down.",
    }


def test_a_moderator_is_refused_elsewhere(
    moderator: Person, open_page: Callable[[Person], Page]
) -> None:
    page = open_page(moderator)
    for path in ("accounts/user/", "processing/job/", "videos/event/", "accounts/apikey/add/"):
        answer = page.request.get(f"/admin/{path}")
        assert answer.status == 403, path
