"""The addresses under which people reach the site, according to the settings."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings


def origins() -> list[str]:
    """Return the site's origins, such as ``https://example.org``.

    Origins that only this machine knows come last. Wildcards are left out.
    """
    scheme = "https" if settings.ENV.use_https else "http"
    named = [host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))]
    given = [one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one]
    found = [*given, *(f"{scheme}://{host}" for host in named)]
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
