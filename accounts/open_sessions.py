"""The open sessions of a user: browsers and apps that are logged in, and how they are ended.

allauth keeps a row for each (``allauth.usersessions``), with its browser and address. When a
session was last used is noted every few minutes, so that reading a page seldom writes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.request import Request

from accounts import audit, signals
from accounts.models import User
from accounts.session_store import SessionAsItStands

NOTED_EVERY = timedelta(minutes=5)
MOST_SHOWN = 100
_AGENT_LENGTH = UserSession._meta.get_field("user_agent").max_length


@dataclass(frozen=True)
class OpenSession:
    """A session as its user sees it; ``agent`` is what the browser or app calls itself."""

    id: int
    key: str
    agent: str
    address: str
    began_at: datetime
    seen_at: datetime


def of(user: User) -> list[OpenSession]:
    """Return the sessions of a user that are still good, the last used first, at most 100."""
    rows = {row.session_key: row for row in UserSession.objects.filter(user=user)}
    live = Session.objects.filter(pk__in=rows, expire_date__gt=Now())
    found = [_shown(rows[one.session_key]) for one in live if _holds(one, user)]
    return sorted(found, key=lambda one: one.seen_at, reverse=True)[:MOST_SHOWN]


def end(user: User, session_id: int) -> bool:
    """End one session of a user; whether there was one."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        return False
    with transaction.atomic():
        data = SessionAsItStands(row.session_key).load()
        signals.session_ended.send(sender=User, data=data)
        row.end()
        audit.record("session.ended", user, by=user)
        signals.tell(user.pk)
    return True


def end_all(user: User) -> None:
    """Log a user out everywhere: end all sessions with the tokens of apps, also those of which no
    row tells. API keys stay."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_seed=secrets.token_hex(16))
        rows = UserSession.objects.filter(user=user)
        Session.objects.filter(pk__in=rows.values_list("session_key")).delete()
        rows.delete()
        audit.record("user.logged_out_everywhere", user)
        signals.tell(user.pk)


def note(session_key: str, user: User, request: HttpRequest | Request) -> None:
    """Note that a session is used, from where and by what, unless that was noted lately."""
    if not cache.add(f"session-seen:{session_key}", 1, timeout=NOTED_EVERY.total_seconds()):
        return
    address = request.META.get("REMOTE_ADDR")
    if not address:
        return
    row = UserSession(
        session_key=session_key,
        user=user,
        ip=address,
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:_AGENT_LENGTH],
        last_seen_at=timezone.now(),
    )
    UserSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "last_seen_at"],
    )


def forget(session_key: str | None) -> None:
    """Delete the row of a session that ends."""
    UserSession.objects.filter(session_key=session_key or "").delete()


class NoteSession:
    """Middleware that notes the use of a browser's session, where a view has looked its user up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, then note the session."""
        response = self._get_response(request)
        user = request.__dict__.get("_cached_user")
        key = request.session.session_key
        if isinstance(user, User) and key and user == request.user:
            note(key, user, request)
        return response


def _holds(session: Session, user: User) -> bool:
    """Whether a stored session is one of this user, made with the present password and seed."""
    data = SessionAsItStands().decode(session.session_data)
    if data.get(SESSION_KEY) != str(user.pk):
        return False
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(data.get(HASH_SESSION_KEY, ""), one) for one in valid)


def _shown(row: UserSession) -> OpenSession:
    return OpenSession(
        row.pk, row.session_key, row.user_agent, row.ip, row.created_at, row.last_seen_at
    )
