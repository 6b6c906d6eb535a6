"""Delete sessions that have expired, as Django's ``clearsessions`` does, in small steps."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

# Small enough that PostgreSQL uses the primary-key index even when the table is of modest size.
_BATCH = 200


def prune_sessions() -> int:
    """Delete at most 200 expired sessions, the oldest first, and as many notes about sessions that
    must have expired; return how many."""
    expired = Session.objects.filter(expire_date__lt=Now()).order_by("expire_date")
    oldest = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    unseen = UserSession.objects.filter(last_seen_at__lt=oldest).order_by("last_seen_at")
    return _delete(expired) + _delete(unseen)


def _delete(rows: QuerySet[Model]) -> int:
    chosen = list(rows.values_list("pk", flat=True)[:_BATCH])
    return rows.model._default_manager.filter(pk__in=chosen).delete()[0] if chosen else 0
