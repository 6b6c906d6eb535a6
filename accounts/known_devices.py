"""Remember in a signed cookie the browsers in which somebody has logged in to an account.

Wrong passwords are counted by account, which would let anybody shut its owner out. In a browser
that the account knows they are counted apart, so that the owner still gets in while somebody else
guesses. Elsewhere the link of a password reset lets them in.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "vodloom_device"
_SECONDS = 365 * 24 * 3600
_SALT = "vodloom.known-device"


def known(request: HttpRequest, account: str) -> str | None:
    """Return the name of the browser, if somebody has logged in with it to this account."""
    try:
        value = _signer().unsign(request.COOKIES.get(COOKIE, ""), max_age=_SECONDS)
    except signing.BadSignature:
        return None
    whose, _, device = value.partition(".")
    return device if secrets.compare_digest(whose, _name(account)) else None


def remember(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Let the browser be known from now on."""
    device = known(request, account) or secrets.token_hex(8)
    response.set_cookie(
        COOKIE,
        _signer().sign(f"{_name(account)}.{device}"),
        max_age=_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _name(account: str) -> str:
    return hashlib.sha256(account.lower().encode()).hexdigest()[:16]


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=_SALT)
