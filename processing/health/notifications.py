"""Check what mails and messages to browsers need besides a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from config import site_address
from processing.health.catalogue import notifications as kinds
from processing.health.finding import CheckResult, well
from videos.push import keys, subscriptions

NAME = "Notifications"


def notifications() -> list[CheckResult]:
    """Check that links lead to the site, and that messages to browsers can be signed."""
    return list(_wrong()) or [well(NAME, _told())]


def _wrong() -> Iterator[CheckResult]:
    origin = site_address.origin()
    is_local = site_address.is_local(urlsplit(origin).hostname or "")
    if is_local and str(settings.EMAIL_BACKEND).endswith(".smtp.EmailBackend"):
        yield kinds.LOCAL_LINKS.at(NAME, origin=origin)
    if not is_local and not origin.startswith("https://"):
        yield kinds.NO_HTTPS.at(NAME, origin=origin)
    if not keys.is_readable():
        yield kinds.KEY_UNREADABLE.at(NAME)


def _told() -> str:
    count = subscriptions.live().count()
    return f"{count} browser{'' if count == 1 else 's'} with messages; links lead to " + (
        site_address.origin()
    )
