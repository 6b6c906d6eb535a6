"""Which pages elsewhere may talk to the API (``CORS_ALLOWED_ORIGINS``)."""

from __future__ import annotations

import re

from django.conf import settings

EVERYBODY = "*"
_NAMES = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def is_allowed(origin: str) -> bool:
    """Whether an Origin header names one of them; an asterisk before a host is any name below."""
    allowed = settings.CORS_ALLOWED_ORIGINS
    return EVERYBODY in allowed or any(_is(origin, one) for one in allowed)


def _is(origin: str, allowed: str) -> bool:
    scheme, _, host = allowed.partition("://")
    if not host.startswith("*."):
        return origin == allowed
    theirs, _, name = origin.partition("://")
    below = name.removesuffix(host[1:])
    return theirs == scheme and below != name and bool(_NAMES.fullmatch(below))
