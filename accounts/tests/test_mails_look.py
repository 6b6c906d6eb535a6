"""Every mail is text and HTML, in one look and without anything from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Mails that processes of the release before have queued, which end with it.
_OF_BEFORE = {"mail/video_approved", "mail/video_rejected"}
MAILS = sorted(
    str(file.relative_to(TEMPLATES)).removesuffix("_message.txt")
    for folder in ("account/email", "mail", "mfa/email")
    for file in (TEMPLATES / folder).glob("*_message.txt")
    if not file.name.startswith("base_")
)


class _Request:
    scheme = "https"

    def get_host(self) -> str:
        return "vod.example.org"


CONTEXT = {
    "email": "<b>@example.org",
    "activate_url": "https://vod.example.org/confirm/",
    "password_reset_url": "https://vod.example.org/reset/",
    "link": "https://vod.example.org/invited/",
    "request": _Request(),
    "timestamp": timezone.now(),
    "expires_at": timezone.now(),
}


@pytest.mark.parametrize("name", [one for one in MAILS if one not in _OF_BEFORE])
def test_a_mail_has_html_in_the_one_look(name: str) -> None:
    page = render_to_string(f"{name}_message.html", CONTEXT)
    assert 'class="card' in page
    assert "prefers-color-scheme: dark" in page
    assert "<b>@" not in page
    for foreign in ("<img", "src=", "url(", "<script", "<link"):
        assert foreign not in page
    if name != "mail/notifications":  # its heading is told to it
        assert re.search(r"<h1[^>]*>[A-Z][^<]+</h1>", page)
