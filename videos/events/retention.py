"""Delete old events."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from videos.events import webhooks
from videos.models import Event, EventLog

_BATCH = 300


def prune_events() -> int:
    """Delete the oldest events that are older than ``KEEP_EVENTS_DAYS``; return how many.

    Events are deleted in the order of their positions and without a gap, so that one number tells
    which cursors are too old (``log.is_expired``). Those that were not read for webhooks yet stay.
    """
    with transaction.atomic():
        old = _old()
        if not old:
            return 0
        last = old[-1][1]
        EventLog.objects.bulk_create([EventLog()], ignore_conflicts=True)
        EventLog.objects.filter(pk=EventLog.ONLY).update(
            pruned=Greatest(F("pruned"), last), last=Greatest(F("last"), last)
        )
        Event.objects.filter(pk__in=[pk for pk, _ in old]).delete()
    return len(old)


def _old() -> Sequence[tuple[UUID, int]]:
    keep = timedelta(days=settings.KEEP_EVENTS_DAYS)
    placed = Event.objects.filter(position__isnull=False).annotate(database_now=Now())
    if (read := webhooks.read_until()) is not None:
        placed = placed.filter(position__lte=read)
    oldest = placed.order_by("position").values_list("pk", "position", "created_at", "database_now")
    aged = takewhile(lambda row: row[2] < row[3] - keep, oldest[:_BATCH])
    return [(pk, position) for pk, position, *_ in aged if position is not None]
