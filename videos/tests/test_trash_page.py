"""The trash as a page: what is in it, out again, and gone for good."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from videos import trash
from videos.models import Video


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """The owner, logged in."""
    client.force_login(owner)
    return client


def said(answer: object) -> list[str]:
    page = answer.content.decode()  # type: ignore[attr-defined]  # a response
    return re.findall(r'<p class="message"[^>]*>([^<]+)</p>', page)


def test_a_deleted_video_lies_in_the_trash_until_a_day_that_is_said(
    browser: Client, video: Video
) -> None:
    assert "The trash is empty" in browser.get("/trash/").content.decode()
    trash.discard(video)
    until = trash.kept_until(Video.objects.get())
    assert until is not None
    page = browser.get("/trash/").content.decode()
    assert video.title in page
    assert f"{until:%-d %b %Y}" in page
    assert video.title not in browser.get("/").content.decode()


def test_it_is_restored_and_said(browser: Client, video: Video) -> None:
    trash.discard(video)
    answer = browser.post(f"/trash/{video.pk}/restore/", follow=True)
    assert said(answer) == [f"“{video.title}” is back in the library."]
    assert video.title in browser.get("/").content.decode()
    assert browser.post(f"/trash/{video.pk}/restore/").status_code == 404


def test_it_is_deleted_for_good_and_said(browser: Client, video: Video) -> None:
    trash.discard(video)
    assert browser.get(f"/trash/{video.pk}/delete/").status_code == 405
    answer = browser.post(f"/trash/{video.pk}/delete/", follow=True)
    assert said(answer) == [f"“{video.title}” is deleted for good."]
    assert not Video.objects.exists()


def test_what_is_not_in_the_trash_is_not_deleted_from_it(browser: Client, video: Video) -> None:
    assert browser.post(f"/trash/{video.pk}/delete/").status_code == 404
    assert Video.objects.exists()


def test_a_trash_is_its_owners_alone(
    client: Client, video: Video, stranger: User, moderator: User
) -> None:
    trash.discard(video)
    for other in (stranger, moderator):
        client.force_login(other)
        assert video.title not in client.get("/trash/").content.decode()
        for act in ("restore", "delete"):
            assert client.post(f"/trash/{video.pk}/{act}/").status_code == 404
    client.logout()
    assert client.get("/trash/")["Location"] == "/accounts/login/?next=/trash/"
