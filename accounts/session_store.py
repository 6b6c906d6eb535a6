"""Django's database sessions, hardened against the cookies that strangers can send."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

_KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(DatabaseSessions):
    """Looks a session up only if the cookie has the form of a session key. A cookie can contain any
    byte, also one that the database rejects, which would become a server error."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and _KEY.fullmatch(key) is not None


class SessionAsItStands(SessionStore):
    """A session store for callers that cannot send a cookie back: it renews nothing.

    When an older ``SECRET_KEY`` signed a session, Django gives the session a new key as soon as
    its user is read. A browser that does not receive the new cookie then loses its session.
    """

    @property
    def key_salt(self) -> str:
        """The salt of ``SessionStore``, whose data must be readable here; Django derives the salt
        from the class name."""
        return f"django.contrib.sessions.{SessionStore.__qualname__}"

    def cycle_key(self) -> None:
        """Keep the key."""

    def flush(self) -> None:
        """Empty this object and leave the stored session as it is."""
        self.clear()
