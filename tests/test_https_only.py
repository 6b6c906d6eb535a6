"""Browsers are told to come by HTTPS alone, for how long, and when no longer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory, override_settings

from config.https_only import HttpsNoLongerMiddleware, SameMethodMiddleware
from tests.whole import ask


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("seconds", "subdomains", "told"),
    [(31536000, True, "max-age=31536000; includeSubDomains"), (300, False, "max-age=300"),
     (0, True, "max-age=0")],
)  # fmt: skip
def test_for_so_long(seconds: int, subdomains: bool, told: str) -> None:
    with override_settings(SECURE_HSTS_SECONDS=seconds, SECURE_HSTS_INCLUDE_SUBDOMAINS=subdomains):
        assert _answer(secure=True).headers["Strict-Transport-Security"] == told


def test_nobody_is_told_by_http() -> None:
    with override_settings(SECURE_HSTS_SECONDS=0, SECURE_SSL_REDIRECT=False):
        assert "Strict-Transport-Security" not in _answer(secure=False).headers


@pytest.fixture
def https_alone(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


class _Unread:
    """A body that nobody may read."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        raise AssertionError("it was read")


@pytest.mark.anyio
@pytest.mark.usefixtures("https_alone")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-Proto": "http"}])
async def test_the_api_is_refused_by_http_unread(method: str, headers: dict[str, str]) -> None:
    answer = await ask(method, "/api/v1/videos/", headers=headers, content=_Unread())
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert method == "HEAD" or answer.json()["code"] == "https_required"
    assert "location" not in answer.headers


@pytest.mark.anyio
@pytest.mark.usefixtures("https_alone")
async def test_by_https_it_is_answered() -> None:
    answer = await ask("GET", "/api/v1/schema/", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 200


@pytest.mark.usefixtures("https_alone")
@pytest.mark.parametrize(("method", "status"), [("get", 301), ("head", 301), ("post", 308)])
def test_a_page_is_sent_on_by_the_same_method(method: str, status: int) -> None:
    middleware = SameMethodMiddleware(SecurityMiddleware(lambda _: HttpResponse()))
    answer = middleware(getattr(RequestFactory(), method)("/accounts/login/"))
    assert isinstance(answer, HttpResponse)
    assert (answer.status_code, answer["Location"]) == (
        status,
        "https://testserver/accounts/login/",
    )


def _answer(*, secure: bool) -> HttpResponse:
    middleware = HttpsNoLongerMiddleware(SecurityMiddleware(lambda _: HttpResponse()))
    answer = middleware(RequestFactory().get("/", secure=secure))
    assert isinstance(answer, HttpResponse)
    return answer
