"""Sessions in the database, as Django keeps them, but for what strangers can do with the cookie."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

_KEY = re.compile(r"[a-z0-9]{32}")


class SessionStore(DatabaseSessions):
    """Looks up what may be a key alone. A cookie can spell any byte, also one that no database
    takes: that would be an error of ours."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and _KEY.fullmatch(key) is not None


class SessionAsItStands(SessionStore):
    """For whoever cannot send a cookie back: nothing is renewed.

    Django gives a session that an older ``SECRET_KEY`` signed another key as soon as somebody asks
    for its user. A browser that is not told loses its session by that.
    """

    @property
    def key_salt(self) -> str:
        """By which what the other class signed is read; Django makes one of the class's name."""
        return f"django.contrib.sessions.{SessionStore.__qualname__}"

    def cycle_key(self) -> None:
        """Keep the key."""

    def flush(self) -> None:
        """Forget here what it holds."""
        self.clear()
