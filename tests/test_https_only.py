"""Browsers are told to come by HTTPS alone, for how long, and when no longer."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory, override_settings

from config.https_only import HttpsNoLongerMiddleware


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


def _answer(*, secure: bool) -> HttpResponse:
    middleware = HttpsNoLongerMiddleware(SecurityMiddleware(lambda _: HttpResponse()))
    answer = middleware(RequestFactory().get("/", secure=secure))
    assert isinstance(answer, HttpResponse)
    return answer
