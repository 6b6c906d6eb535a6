"""The tokens with which apps act for a user who logged in: a session token, and pairs of an access
and a refresh token.

Behind each is a session of its own kind (``session_store.AppSession``), which no cookie opens; a
token is worth nothing once that has ended. The session token is that session's key, the others are
allauth's JSON web tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.headless.tokens.strategies.jwt import JWTTokenStrategy, internal
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.session_store import AppSession

SESSION_HEADER = "x-session-token"
_PARTS = 3


@dataclass(frozen=True)
class AppToken:
    """What ``request.auth`` is for a request of an app: the key of the session behind the token."""

    session_key: str


class AppTokens(JWTTokenStrategy):  # type: ignore[misc]  # allauth has no types
    """allauth's strategy, for sessions of apps alone. A refresh token works once, however many ask
    with it at the same time."""

    def lookup_session(self, session_token: str) -> AppSession | None:
        """Return the session of an app that a session token belongs to, else None."""
        session = AppSession(session_token)
        session.load()  # forgets a key that no session has
        return session if session.session_key else None

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        """Return a new access and a new refresh token for an unused refresh token, else None."""
        with transaction.atomic():
            held = Session.objects.select_for_update().filter(
                pk=_session_key(refresh_token, "refresh")
            )
            if not held.values_list("pk", flat=True):
                return None
            pair: tuple[str, str] | None = super().refresh_token(refresh_token)
            return pair


def is_one(secret: str) -> bool:
    """Whether a bearer token has the form of an access token; no API key has."""
    return secret.count(".") == _PARTS - 1


def session_key_of(access_token: str) -> str | None:
    """Return the key of the session that an unexpired access token of this site belongs to, else
    None. Whether the session still stands is not looked up."""
    return _session_key(access_token, "access")


def _session_key(token: str, use: str) -> str | None:
    payload = internal.decode_token(token, use)
    key: str | None = internal.session_key_from_sid(payload["sid"]) if payload else None
    return key
