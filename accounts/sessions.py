"""Delete sessions that have expired, as Django's ``clearsessions`` does, in small steps."""

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

# Small enough that PostgreSQL uses the primary-key index even when the table is of modest size.
_BATCH = 200


def prune_sessions() -> int:
    """Delete at most 200 expired sessions, the oldest first, and return how many."""
    expired = Session.objects.filter(expire_date__lt=Now()).order_by("expire_date")
    chosen = list(expired.values_list("pk", flat=True)[:_BATCH])
    return Session.objects.filter(pk__in=chosen).delete()[0] if chosen else 0
