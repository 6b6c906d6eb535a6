"""Convert the few marks in the OpenAPI descriptions to HTML: paragraphs, lists, and code."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_CODE = re.compile(r"`([^`]+)`")
_ITEM = "- "


def inline(text: str) -> SafeString:
    """Return one line as HTML, with text in backticks as code."""
    return _safe(_CODE.sub(r"<code>\1</code>", escape(text)))


def blocks(text: str) -> SafeString:
    """Return a text as HTML paragraphs and lists."""
    made = []
    for block in text.strip().split("\n\n"):
        lines = block.splitlines()
        if all(line.startswith(_ITEM) for line in lines):
            items = "".join(f"<li>{inline(line.removeprefix(_ITEM))}</li>" for line in lines)
            made.append(f"<ul>{items}</ul>")
        else:
            made.append(f"<p>{inline(' '.join(lines))}</p>")
    return _safe("".join(made))


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  # every text in it was escaped
