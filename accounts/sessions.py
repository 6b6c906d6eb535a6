"""Delete sessions that have expired, as Django's ``clearsessions`` does, in small steps."""

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

# Few enough that PostgreSQL looks each up by its key, also in a table of modest size.
_BATCH = 200


def prune_sessions() -> int:
    """Delete some hundred expired sessions; how many."""
    expired = Session.objects.filter(expire_date__lt=Now()).order_by("expire_date")
    chosen = list(expired.values_list("pk", flat=True)[:_BATCH])
    return Session.objects.filter(pk__in=chosen).delete()[0] if chosen else 0
