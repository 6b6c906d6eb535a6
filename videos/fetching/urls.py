"""URLs to fetch from: what they may be, and what of them may be shown. Pure."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit, urlunsplit

from videos.fetching.addresses import Network, is_allowed, literal

LONGEST = 2000
_SCHEMES = ("http", "https")
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
# The names of parameters of signed URLs that say until when, or for whom, they are valid.
_SIGNED = re.compile(
    r"(?i)[?&](x-amz-(signature|expires|security-token)|x-goog-signature|signature|expires|se|sig"
    r"|token|hdnts)="
)


class UrlWrong(ValueError):
    """Raised for a URL that cannot be fetched from, with a ``code`` and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def require_fetchable(url: str, private: Sequence[Network] = ()) -> None:
    """Raise ``UrlWrong`` unless this is an ``http`` or ``https`` URL of a host that is no forbidden
    address. What a host's name leads to is only known when it is fetched."""
    wrong = UrlWrong("fetch_bad_url", "Send a whole http:// or https:// URL.")
    if len(url) > LONGEST:
        raise UrlWrong("fetch_bad_url", f"A URL has at most {LONGEST} characters.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except (ValueError, UnicodeError):
        raise wrong from None
    if _ODD.search(url) or parts.scheme.lower() not in _SCHEMES or not host or port == 0:
        raise wrong
    address = literal(host)
    if address is not None and not is_allowed(address, private):
        raise UrlWrong(
            "fetch_forbidden_address",
            "The URL names a private or reserved address. Use one that is reachable from the "
            "internet.",
        )


def shown(url: str) -> str:
    """Return a URL without what may be secret: user, password, parameters and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def filename(url: str) -> str:
    """Return the name of the file at the end of a URL's path, else the host."""
    parts = urlsplit(url)
    last = unquote(parts.path, errors="replace").rstrip("/").rpartition("/")[2]
    return last or parts.hostname or ""


def may_expire(url: str) -> bool:
    """Return whether a URL looks signed, so that it is refused once it has expired."""
    return _SIGNED.search(url) is not None


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return what makes two URLs those of one server: scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
