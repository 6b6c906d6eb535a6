"""Every mail is text and HTML, in one look and without anything from elsewhere."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string

from tests.mailed import CONTEXT, MAILS


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_has_html_in_the_one_look(name: str) -> None:
    page = render_to_string(f"{name}_message.html", dict(CONTEXT))
    assert 'class="card' in page
    assert "prefers-color-scheme: dark" in page
    assert "<b>@" not in page
    for foreign in ("<img", "src=", "url(", "<script", "<link"):
        assert foreign not in page
    if name != "mail/notifications":  # its heading is told to it
        assert re.search(r"<h1[^>]*>[A-Z][^<]+</h1>", page)
