"""The doctor on notifications."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from accounts.models import PushKey
from processing.health import notifications
from videos.push import keys


def _codes() -> list[str]:
    return [found.code for found in notifications.notifications() if not found.ok]


@pytest.mark.parametrize(
    ("site", "backend", "codes"),
    [
        ("https://vod.example.org", "config.smtp.EmailBackend", []),
        ("http://vod.example.org", "config.smtp.EmailBackend", ["push_without_https"]),
        ("http://localhost:8000", "config.smtp.EmailBackend", ["links_lead_nowhere"]),
        ("http://localhost:8000", "config.mail.NoServer", []),
    ],
)
def test_links_must_lead_to_the_site(
    db: None, settings: LazySettings, site: str, backend: str, codes: list[str]
) -> None:
    settings.SITE_URL, settings.EMAIL_BACKEND = site, backend
    assert _codes() == codes
    assert not PushKey.objects.exists()  # the doctor changes nothing


def test_a_key_that_cannot_be_read_is_a_fault(db: None, settings: LazySettings) -> None:
    settings.SITE_URL = "https://vod.example.org"
    keys.public()
    assert _codes() == []
    settings.SECRET_KEY = "another key of fifty characters, 0123456789 abcdef"
    assert _codes() == ["push_key_unreadable"]
