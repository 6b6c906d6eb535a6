"""Which pages of other origins may use the API (``CORS_ALLOWED_ORIGINS``)."""

from __future__ import annotations

import re

from django.conf import settings

EVERYBODY = "*"
_NAMES = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def is_allowed(origin: str) -> bool:
    """Whether an Origin header names an allowed origin; ``*.`` before a host allows any
    subdomain."""
    allowed = settings.CORS_ALLOWED_ORIGINS
    return EVERYBODY in allowed or any(_is(origin, one) for one in allowed)


def _is(origin: str, allowed: str) -> bool:
    scheme, _, host = allowed.partition("://")
    if not host.startswith("*."):
        return origin == allowed
    theirs, _, name = origin.partition("://")
    below = name.removesuffix(host[1:])
    return theirs == scheme and below != name and bool(_NAMES.fullmatch(below))
