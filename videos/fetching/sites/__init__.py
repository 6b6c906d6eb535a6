"""Sites whose share links lead to a page, and how to get from it to the file: one file each."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from videos.fetching.sites import dropbox, google_drive


def _no_page(url: str, page: bytes) -> str | None:
    return None


@dataclass(frozen=True)
class Site:
    """A site, with its ``hosts``.

    ``direct(url)`` returns the URL of a shared file, or None for a URL that is no share link.
    ``confirmed(url, page)`` returns the URL behind a page that was sent in place of the file, or
    None if there is none.
    """

    hosts: tuple[str, ...]
    direct: Callable[[str], str | None]
    confirmed: Callable[[str, bytes], str | None] = _no_page


SITES: list[Site] = [
    Site(google_drive.HOSTS, google_drive.direct, google_drive.confirmed),
    Site(dropbox.HOSTS, dropbox.direct),
]
"""All known sites."""


def _site_of(url: str) -> Site | None:
    host = (urlsplit(url).hostname or "").lower()
    return next((site for site in SITES if host in site.hosts), None)


def direct(url: str) -> str:
    """Return the URL of the file that a share link is for; any other URL as it is."""
    site = _site_of(url)
    return (site.direct(url) if site else None) or url


def confirmed(url: str, page: bytes) -> str | None:
    """Return the URL of the file behind a page of a known site, or None."""
    site = _site_of(url)
    return site.confirmed(url, page) if site else None


def knows(url: str) -> bool:
    """Return whether a URL is one of a known site."""
    return _site_of(url) is not None
