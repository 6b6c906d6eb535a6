"""Read the log for one feed, for as long as it is behind."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from accounts.rights import Right
from videos import access
from videos.events import cursors, log
from videos.feed.hearing import Hearing
from videos.feed.parcels import Told
from videos.models import Event


def start(cursor: str | None) -> int:
    """Return the position of a cursor, or the newest without one. Raises ``BadCursor`` or
    ``CursorExpired``."""
    if cursor is None:
        return log.newest()
    position = cursors.decode(cursor)
    if log.is_ahead(position):
        raise cursors.BadCursor(cursor)
    if log.is_expired(position):
        raise cursors.CursorExpired
    return position


def heard(hearing: Hearing, *, after: int, until: int | None, limit: int) -> Sequence[Told]:
    """Return the events past a position that a hearing is about, in order. What of them may be
    heard, ``parcels.shared`` decides."""
    events = Event.objects.filter(_about(hearing), position__gt=after)
    if until is not None:
        events = events.filter(position__lte=until)
    return [Told(event) for event in events.order_by("position")[:limit]]


def _about(hearing: Hearing) -> Q:
    about = Q(pk__in=[])
    if hearing.own:
        about |= Q(owner=hearing.user_id)
    if hearing.whole or hearing.public:
        about |= Q(video_id__in=hearing.whole | hearing.public)
    if hearing.everything and Right.MODERATE in hearing.rights:
        about |= Q(position__isnull=False)
    elif hearing.everything:
        hidden = access.not_approved().values("pk")
        about |= Q(video_id=None) | ~Q(video_id__in=hidden) | Q(owner=hearing.user_id)
    return about
