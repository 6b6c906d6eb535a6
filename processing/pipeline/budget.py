"""A daily budget of work for each owner. Beyond it, their videos wait behind everyone else's.

File size says nothing about work: a file of 200 KB can need hours. So the budget counts the pixels
of all frames that a run decodes or shows, once they were measured. No video is refused, since work
that delays nobody else does no harm. But an owner who asks for more than a day's share, with one
file or a thousand, keeps no other owner waiting.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from processing.models import OwnerLoad, Run
from videos.models import Video

_DAY = timedelta(days=1)


def load_after(load: float, since: timedelta, asked: float, *, a_day: float) -> float:
    """Return an owner's load after ``asked`` more gigapixels were requested.

    The old ``load`` decreases evenly by ``a_day`` per day. No more than ``a_day`` of it is
    remembered, so after a day it is forgotten.
    """
    return max(0.0, min(load, a_day) - a_day * (since / _DAY)) + asked


def charge(run: Run, gigapixels: float) -> None:
    """Add a run's work to its owner's load, and mark the run if that exceeds the daily budget.

    A marked run waits behind the runs of other owners. Called inside the transaction that plans the
    run's tasks. Two simultaneous calls wait for each other at the owner's row, so both are counted.
    """
    if not gigapixels:
        return
    owner = Video.objects.select_related("owner").get(pk=run.video_id).owner
    days = owner.terms.budget
    if days is None:
        return
    a_day = days * settings.DAILY_GIGAPIXELS
    if _add(owner.pk, gigapixels, a_day) > a_day:
        run.over_budget = True
        Run.objects.filter(pk=run.pk).update(over_budget=True)


def _add(owner_id: UUID, gigapixels: float, a_day: float) -> float:
    now = timezone.now()
    OwnerLoad.objects.bulk_create(
        [OwnerLoad(owner_id=owner_id, counted_at=now)], ignore_conflicts=True
    )
    row = OwnerLoad.objects.select_for_update().get(pk=owner_id)
    since = max(timedelta(), now - row.counted_at)  # clocks of machines differ by a little
    row.gigapixels = load_after(row.gigapixels, since, gigapixels, a_day=a_day)
    row.counted_at = now
    row.save(update_fields=["gigapixels", "counted_at"])
    return row.gigapixels
