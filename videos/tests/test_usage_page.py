"""The page of usage tells what is left; pages that upload tell it before a byte is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.planned import limit_free
from videos.tests.test_quotas import begin, keep

pytestmark = pytest.mark.django_db
GB = 10**9


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_is_used_and_left_is_told_in_words_and_by_meters(browser: Client, owner: User) -> None:
    limit_free(stored_bytes=10 * GB, uploads_a_day=20, largest_file=2 * GB, longest_video=5400)
    keep(owner, 4 * GB, seconds=90)
    begin(owner, GB)
    page = browser.get("/account/usage/").content.decode()
    said = words(page)
    assert "Stored files 5.0 GB of 10 GB 5.0 GB left" in said
    assert "Stored minutes 1.5 minutes no limit" in said
    assert "Uploads today 1 of 20 uploads 19 uploads left" in said
    assert "Largest file 2.0 GB Longest video 1 h 30 min" in said
    assert page.count("<meter") == 2
    assert 'max="20.000000" high="16.000000" optimum="0" value="1.000000"' in page


def test_the_page_takes_a_constant_number_of_queries(
    browser: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    browser.get("/account/usage/")
    with CaptureQueriesContext(connection) as before:
        browser.get("/account/usage/")
    for number in range(5):
        begin(owner)
        keep(owner, 1 + number)
    with django_assert_max_num_queries(len(before)):
        browser.get("/account/usage/")


def test_the_upload_page_says_what_is_left(browser: Client, owner: User) -> None:
    assert "Left of" not in browser.get("/upload/").content.decode()
    limit_free(stored_bytes=10 * GB, uploads_a_day=5, uploads_at_once=1, largest_file=GB)
    keep(owner, 4 * GB)
    page = browser.get("/upload/").content.decode()
    assert "Left of your plan : 6.0 GB, 5 uploads today." in words(page)
    assert f'data-max-bytes="{GB}"' in page
    assert f'data-at-once="1" data-left-bytes="{6 * GB}"' in page


def test_the_upload_page_refuses_early_with_the_sentence_of_the_quota(
    browser: Client, owner: User
) -> None:
    limit_free(stored_minutes=1)
    keep(owner, 1, seconds=60)
    page = browser.get("/upload/").content.decode()
    assert (
        'data-refusal="Your plan stores 1 minute of video (used: 1 minute, with the trash)' in page
    )
    assert page.count("Delete videos for good and try again") == 2


def test_the_page_is_for_who_is_logged_in(client: Client) -> None:
    assert client.get("/account/usage/")["Location"] == "/accounts/login/?next=/account/usage/"
