"""One click in a mail turns off mails of its kinds, without a log-in."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from email import policy
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from videos.models import Video
from videos.notifications import choices, unsubscribing
from videos.notifications.tests.conftest import become_ready, fail, let_pass, mailed

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(processing: Callable[..., Video]) -> str:
    """The path of the link in a mail about a ready and a failed video."""
    become_ready(processing())
    fail(processing())
    let_pass(minutes=1)
    (sent,) = mailed()
    read = email.message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<(https://vod\.example\.org/\S+)>", read["List-Unsubscribe"].strip())
    assert found
    assert found[1] in sent.body
    return urlsplit(found[1]).path


def test_a_mail_program_turns_off_the_kinds_of_the_mail(
    link: str, owner: User, client: Client
) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link, ONE_CLICK).status_code == 200
    wanted = choices.of(owner).wanted["mail"]
    assert wanted == {"ready": False, "failed": False, "approved": True, "rejected": True}
    assert all(choices.of(owner).wanted["push"].values())
    assert strict.post(link, ONE_CLICK).status_code == 200  # again


def test_opening_the_link_asks_and_changes_nothing(link: str, owner: User, client: Client) -> None:
    page = client.get(link)
    assert "Stop these mails?" in page.content.decode()
    assert "A video is ready" in page.content.decode()
    assert owner.email not in page.content.decode()
    assert all(choices.of(owner).wanted["mail"].values())


def test_a_forged_link_is_not_found(link: str, owner: User, client: Client) -> None:
    own = link.rstrip("/").rsplit("/", 1)[-1]
    for token in (own[:-1] + ("A" if own[-1] != "A" else "B"), "x", own.replace("failed", "")):
        assert client.post(f"/notifications/off/{token}/").status_code == 404
    assert all(choices.of(owner).wanted["mail"].values())


def test_the_link_stands_when_the_secret_key_is_replaced(
    link: str, settings: LazySettings, client: Client
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of fifty characters, more or less 1234"
    assert client.post(link).status_code == 200


def test_the_link_of_a_user_who_is_gone_is_not_found(db: None, client: Client) -> None:
    user = User.objects.create_user("gone@example.com")
    token = unsubscribing.token(user.pk, ["ready"])
    user.delete()
    assert client.get(f"/notifications/off/{token}/").status_code == 404
