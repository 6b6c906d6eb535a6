"""Where a walk over a table goes on, kept beside the duty that walks.

A cursor that is lost costs nothing but a walk from the beginning.
"""

from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from processing.models import DutyRun


def read(duty: str) -> tuple[dict[str, Any], datetime]:
    """What the duty stored last (empty before it did), and the database's time."""
    stored = DutyRun.objects.filter(pk=duty).annotate(database_now=Now())
    row = stored.values_list("cursor", "database_now").first()
    if row is None:
        DutyRun.objects.bulk_create([DutyRun(name=duty, next_at=Now())], ignore_conflicts=True)
        row = stored.values_list("cursor", "database_now").get()
    cursor, now = row
    return dict(cursor), now


def write(duty: str, cursor: dict[str, Any]) -> None:
    """Store where to go on; the duty's row has been read before."""
    DutyRun.objects.filter(pk=duty).update(cursor=cursor)
