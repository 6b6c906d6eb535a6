"""Dropbox: a share link leads to a page; with ``dl=1`` it leads to the file."""

from urllib.parse import parse_qsl, urlencode, urlsplit

HOSTS = ("www.dropbox.com", "dropbox.com")


def direct(url: str) -> str | None:
    """Return the URL of the file of a share link."""
    parts = urlsplit(url)
    if not parts.path.startswith(("/s/", "/scl/")):
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("dl", "raw")]
    return parts._replace(query=urlencode([*kept, ("dl", "1")]), fragment="").geturl()
