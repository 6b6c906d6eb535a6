"""The routes that Uppy asks need no CSRF token: who is logged in and which page asks is enough.

No page of another origin may use that, whatever it looks like.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User

URL = "/api/v1/uploads/s3/multipart/"
CSRF_FAILED = (403, "csrf_failed")
HERE = "http://testserver"
STRANGERS = [
    "null",
    "",
    "https://evil.example",
    "http://sub.testserver",
    "http://testserver.evil.example",
    "http://eviltestserver",
    "http://testserver:8080",
    "http://testserver@evil.example",
    "http://evil.example@testserver",
    "http://evil.example#testserver",
    "http://testserver/",
    "http://test\tserver",
    "http://testserver, http://evil.example",
    "http://evil.example, http://testserver",
    "file://testserver",
    "chrome-extension://testserver",
    "//testserver",
    "testserver",
    "http://[testserver",
]


@pytest.fixture
def page(owner: User) -> Client:
    """A browser in which the owner is logged in; it sends no CSRF token."""
    client = Client(enforce_csrf_checks=True, headers={"Host": "testserver"})
    client.force_login(owner)
    return client


def asked(page: Client, origin: str | None, **headers: Any) -> tuple[int, str]:
    """The answer to the beginning of an upload."""
    named: dict[str, Any] = {} if origin is None else {"HTTP_ORIGIN": origin}
    body = json.dumps({"filename": "film.mp4", "size": 10**7})
    answer = page.post(URL, body, content_type="application/json", **named, **headers)
    return answer.status_code, json.loads(answer.content).get("code", "")


def test_a_page_of_this_site_is_heard(page: Client) -> None:
    assert asked(page, HERE) == (409, "direct_upload_unavailable")


@pytest.mark.parametrize("origin", STRANGERS)
def test_a_page_of_another_origin_is_refused(page: Client, origin: str) -> None:
    assert asked(page, origin) == CSRF_FAILED


def test_who_names_no_origin_needs_the_token(page: Client) -> None:
    assert asked(page, None) == CSRF_FAILED
    page.cookies["csrftoken"] = "a" * 32
    assert asked(page, None, HTTP_X_CSRFTOKEN="b" * 32) == CSRF_FAILED
    assert asked(page, None, HTTP_X_CSRFTOKEN="a" * 32) == asked(page, HERE)


def test_over_https_a_page_that_was_sent_in_the_clear_is_refused(
    page: Client, settings: LazySettings
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert asked(page, HERE) == CSRF_FAILED
    assert asked(page, "https://testserver") == (409, "direct_upload_unavailable")


def test_a_host_that_is_not_this_sites_is_refused(page: Client) -> None:
    status, _ = asked(page, "http://evil.example", HTTP_HOST="evil.example")
    assert status == 400


@pytest.mark.parametrize(
    ("origin", "is_trusted"),
    [
        ("https://app.example.org", True),
        ("http://app.example.org", False),
        ("https://evilexample.org", False),
        ("https://example.org.evil.example", False),
        ("https://app.example.org:444", False),
    ],
)
def test_a_trusted_origin_is_matched_whole(
    page: Client, settings: LazySettings, origin: str, *, is_trusted: bool
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org"]
    assert (asked(page, origin) != CSRF_FAILED) == is_trusted


@pytest.mark.parametrize("path", ["/api/v1/videos/import/", "/api/v1/folders/", "/api/v1/uploads/"])
def test_other_routes_need_the_token(page: Client, path: str) -> None:
    answer = page.post(path, "{}", content_type="application/json", HTTP_ORIGIN=HERE)
    assert (answer.status_code, answer.json()["code"]) == CSRF_FAILED


def test_a_form_that_any_page_may_send_is_not_read(page: Client) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = page.post(URL, "filename=film.mp4", content_type=kind, HTTP_ORIGIN=HERE)
        assert answer.status_code in (400, 409, 415)
        answer = page.post(URL, "filename=film.mp4", content_type=kind, HTTP_ORIGIN="null")
        assert (answer.status_code, answer.json()["code"]) == CSRF_FAILED
