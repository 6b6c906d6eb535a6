"""The position at which a duty continues its walk over a table, stored in the duty's row.

If a cursor is lost, the walk only starts again from the beginning.
"""

from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from processing.models import DutyRun


def read(duty: str) -> tuple[dict[str, Any], datetime]:
    """Return the cursor that the duty stored last, empty if none, and the database's time."""
    stored = DutyRun.objects.filter(pk=duty).annotate(database_now=Now())
    row = stored.values_list("cursor", "database_now").first()
    if row is None:
        DutyRun.objects.bulk_create([DutyRun(name=duty, next_at=Now())], ignore_conflicts=True)
        row = stored.values_list("cursor", "database_now").get()
    cursor, now = row
    return dict(cursor), now


def write(duty: str, cursor: dict[str, Any]) -> None:
    """Store the duty's cursor. The row must exist; ``read`` creates it."""
    DutyRun.objects.filter(pk=duty).update(cursor=cursor)
