"""Google Drive: a share link leads to a viewer, and the download of a large file to a page that
asks for a confirmation, whose form leads to the file."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

_DOWNLOADS = "drive.usercontent.google.com"
HOSTS = ("drive.google.com", "docs.google.com", _DOWNLOADS)
_FILE = re.compile(r"/file/(?:u/\d+/)?d/([\w-]+)")
_FORM = "download-form"


def direct(url: str) -> str | None:
    """Return the URL that downloads the file of a share link."""
    parts = urlsplit(url)
    if parts.hostname == _DOWNLOADS:
        return None
    query = parse_qs(parts.query)
    match = _FILE.match(parts.path)
    names = [match[1]] if match else query.get("id", [])
    if not names:
        return None
    asked = {"id": names[0], "export": "download", "confirm": "t"}
    if key := query.get("resourcekey"):
        asked["resourcekey"] = key[0]
    return f"https://{_DOWNLOADS}/download?{urlencode(asked)}"


def confirmed(url: str, page: bytes) -> str | None:
    """Return the URL that the form of the page that asks for a confirmation leads to."""
    form = _Form()
    form.feed(page.decode("utf-8", "replace"))
    if form.action is None or not form.fields:
        return None
    return f"{urljoin(url, form.action)}?{urlencode(form.fields)}"


class _Form(HTMLParser):
    """Reads where the form of the page leads, and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read one tag."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("id") == _FORM:
            self.action = told.get("action")
        elif tag == "input" and self.action is not None and told.get("type") == "hidden":
            self.fields[told.get("name", "")] = told.get("value", "")
