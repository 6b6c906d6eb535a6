"""People who can log in, and sessions in which they have done so without the log-in."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import User
from accounts.session_store import AppSession, BrowserSession

PASSWORD = "correct horse battery"


def create_user(email: str, *, verified: bool = True, may_everything: bool = False) -> User:
    """Create a user with ``PASSWORD``, with or without a confirmed address and all rights."""
    create = User.objects.create_superuser if may_everything else User.objects.create_user
    user = create(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=verified)
    return user


def session_of(user: User, *, of_app: bool) -> str:
    """Return the key of a new session of a user: of an app, whose session token it is, or of a
    browser."""
    session = AppSession() if of_app else BrowserSession()
    session[SESSION_KEY] = str(user.pk)
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return str(session.session_key)
