"""Find out, for many feeds in three queries, whose key or session has ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from accounts import api_keys
from accounts.models import User
from videos.feed.listeners import Listener


def ended(listeners: Collection[Listener]) -> set[Listener]:
    """Return those whose API key was revoked, whose session has ended or whose user was
    deactivated. A session also ends when its user's password or seed changes."""
    keys = {one.holder.key_id for one in listeners if one.holder.key_id}
    live = api_keys.live_among(keys) if keys else set()
    by_session = [one for one in listeners if not one.holder.key_id]
    sessions = _sessions(by_session) if by_session else set()
    seals = _seals(by_session) if by_session else {}
    return {
        one
        for one in listeners
        if not (
            one.holder.key_id in live
            if one.holder.key_id
            else one.holder.session in sessions and seals.get(one.user.pk) == one.seal
        )
    }


def _sessions(listeners: Iterable[Listener]) -> set[str | None]:
    keys = {one.holder.session for one in listeners}
    live = Session.objects.filter(pk__in=keys, expire_date__gt=Now())
    return set(live.values_list("pk", flat=True))


def _seals(listeners: Iterable[Listener]) -> dict[object, tuple[str, str]]:
    users = {one.user.pk for one in listeners}
    active = User.objects.filter(pk__in=users, is_active=True)
    known = active.values_list("pk", "password", "session_seed")
    return {pk: (password, seed) for pk, password, seed in known}
