"""Django's database sessions, of two kinds: those of browsers and those of apps.

The key of a browser's session is a cookie, and that of an app's session is its session token. The
form of a key says which of the two it is, so that neither serves as the other: a cookie opens the
pages of the account and of staff, a token does not.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.middleware import SessionMiddleware

_OF_BROWSER = re.compile(r"[a-z0-9]{32}")
_APP = "app_"
_OF_ANY = re.compile(rf"(?:{_APP})?{_OF_BROWSER.pattern}")
_OF_APP = re.compile(rf"{_APP}{_OF_BROWSER.pattern}")


class SessionStore(DatabaseSessions):
    """Looks sessions of both kinds up, for code that was not shown their key, such as lists of
    sessions. New ones are of browsers.

    A key that has neither form is not looked up: a cookie can contain any byte, also one that the
    database rejects, which would become a server error.
    """

    form = _OF_ANY

    @property
    def key_salt(self) -> str:
        """The salt that signs all sessions. Django would derive one from the name of each class."""
        return f"django.contrib.sessions.{SessionStore.__qualname__}"

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and self.form.fullmatch(key) is not None


class BrowserSession(SessionStore):
    """Makes and accepts sessions of browsers only."""

    form = _OF_BROWSER


class AppSession(SessionStore):
    """Makes and accepts sessions of apps only."""

    form = _OF_APP

    def _get_new_session_key(self) -> str:
        key: str = super()._get_new_session_key()  # type: ignore[misc]  # not in the stubs
        return f"{_APP}{key}"


class _AsItStands(SessionStore):
    """For callers that cannot tell a client its new key: it renews nothing.

    When an older ``SECRET_KEY`` signed a session, Django gives the session a new key as soon as
    its user is read. A browser that does not receive the new cookie then loses its session.
    """

    def cycle_key(self) -> None:
        """Keep the key."""

    def flush(self) -> None:
        """Empty this object and leave the stored session as it is."""
        self.clear()


class SessionAsItStands(_AsItStands):
    """A session of either kind."""


class BrowserSessionAsItStands(_AsItStands, BrowserSession):
    """A session of a browser."""


class AppSessionAsItStands(_AsItStands, AppSession):
    """A session of an app."""


class BrowserSessions(SessionMiddleware):
    """Django's middleware, whose cookie opens sessions of browsers only."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.SessionStore = BrowserSession
