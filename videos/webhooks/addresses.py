"""Which addresses webhooks may be sent to: public ones over HTTPS, and those that the operator
allows, over HTTP too."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from videos.fetching import addresses, errors, urls
from videos.models.webhook import LONGEST_URL

BAD = "webhook_bad_url"
FORBIDDEN = "webhook_forbidden_address"
NEEDS_HTTPS = "webhook_needs_https"
SENTENCES = {
    BAD: "Send a whole https:// URL of at most 2000 characters, without a user, password or "
    "fragment.",
    FORBIDDEN: "The URL names a private or reserved address. Use one that is reachable from the "
    "internet. The operator can allow private addresses with VODLOOM_WEBHOOK_PRIVATE.",
    NEEDS_HTTPS: "Send an https:// URL. Over http:// messages go only to private addresses that "
    "the operator allows with VODLOOM_WEBHOOK_PRIVATE.",
}
"""What is wrong with a URL, by code."""
LEADS_ASTRAY = (
    "It leads to a private or reserved address, or over http:// to a public one. The operator can "
    "allow private addresses with VODLOOM_WEBHOOK_PRIVATE."
)
"""What is said of a message that was not sent for it (``FORBIDDEN``)."""


class UrlRefused(ValueError):
    """Raised for a URL that no webhook can be sent to, with a ``code`` and its sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(SENTENCES[code])
        self.code = code
        self.message = SENTENCES[code]


def require_allowed(url: str) -> None:
    """Raise ``UrlRefused`` unless messages may be sent to a URL. What its host's name leads to is
    only known when a message is sent."""
    try:
        urls.require_fetchable(url, settings.WEBHOOK_PRIVATE)
    except urls.UrlWrong as wrong:
        if wrong.code == "fetch_forbidden_address":
            raise UrlRefused(FORBIDDEN) from wrong
        raise UrlRefused(BAD) from wrong
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.fragment or len(url) > LONGEST_URL:
        raise UrlRefused(BAD)
    if parts.scheme.lower() == "http" and not _may_be_plain(parts.hostname or ""):
        raise UrlRefused(NEEDS_HTTPS)


def resolve(scheme: str, host: str, port: int) -> list[str]:
    """Return the addresses to connect to. Raises ``FetchFailed`` if one is not allowed."""
    found = addresses.resolve(host, port, settings.WEBHOOK_PRIVATE)
    if scheme == "http" and not all(map(_is_private, found)):
        raise errors.forbidden_address()
    return found


def _may_be_plain(host: str) -> bool:
    if addresses.literal(host) is not None:
        return _is_private(host)
    return bool(settings.WEBHOOK_PRIVATE)


def _is_private(host: str) -> bool:
    address = addresses.literal(host)
    return address is not None and any(address in one for one in settings.WEBHOOK_PRIVATE)
