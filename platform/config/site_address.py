"""The addresses under which people reach the site, according to the settings."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse


def origin() -> str:
    """Return the origin under which mails and notifications name this site, which no request
    tells them: ``SITE_URL``, or the first of ``origins``."""
    return settings.SITE_URL or next(iter(origins()), "http://localhost")


def page(view: str, *args: object) -> str:
    """Return the whole address of a page."""
    return origin() + reverse(view, args=args)


def origins() -> list[str]:
    """Return the site's origins, such as ``https://example.org``.

    Origins that only this machine knows come last. Wildcards are left out.
    """
    scheme = "https" if settings.ENV.use_https else "http"
    named = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    given = [one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one]
    chosen = [settings.SITE_URL] if settings.SITE_URL else []
    found = [*chosen, *given, *(f"{scheme}://{host}" for host in named)]
    return sorted(dict.fromkeys(found), key=lambda one: is_local(urlsplit(one).hostname or ""))


def is_local(host: str) -> bool:
    """Whether a host is this machine itself."""
    name = host.strip("[]").removeprefix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Whether only a private network knows a host: a bare name, or a private address."""
    name = host.strip("[]")
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return "." not in name or name.endswith((".local", ".internal", ".localdomain"))
