"""A list without rows says where they come from; one that is narrowed, that nothing fits."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User


@pytest.fixture
def desk(moderator: User) -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(moderator)
    return client


def shown(desk: Client, name: str, **asked: str) -> str:
    return desk.get(reverse(f"admin:{name}_changelist"), asked).content.decode()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("accounts_invitation", "lets one person create an account"),
        ("accounts_apikey", "Users make keys on their account page"),
        ("accounts_pushsubscription", "turns on messages on the account page"),
        ("videos_video", "The videos of all users appear here"),
        ("videos_webhookendpoint", "Users make webhooks on their account page"),
        ("videos_webhookdelivery", "of which a webhook hears"),
        ("processing_run", "when a video is uploaded"),
        ("processing_worker", "without one no video is processed"),
    ],
)
def test_an_empty_list_says_where_its_rows_come_from(desk: Client, name: str, hint: str) -> None:
    page = shown(desk, name)
    assert "There is nothing here yet" in page
    assert hint in page


def test_a_list_in_which_nothing_fits_offers_all(desk: Client) -> None:
    assert "There is nothing here yet" not in shown(desk, "accounts_user")
    for asked in ({"q": "nothing-of-the-kind"}, {"is_active__exact": "0"}):
        page = shown(desk, "accounts_user", **asked)
        assert "Nothing matches" in page
        assert "No user fits what is asked for." in page
