"""Sessions in which somebody is logged in, made without the log-in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import User
from accounts.session_store import AppSession, BrowserSession


def session_of(user: User, *, of_app: bool) -> str:
    """Return the key of a new session of a user: of an app, whose session token it is, or of a
    browser."""
    session = AppSession() if of_app else BrowserSession()
    session[SESSION_KEY] = str(user.pk)
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return str(session.session_key)
