"""Read the log for one reader: a feed that is behind, or a page of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import Q

from accounts.rights import Right
from videos import access
from videos.events import cursors, log
from videos.feed.hearing import Hearing
from videos.feed.parcels import Told
from videos.models import Event


class Beginning(Enum):
    """Where a reader without a cursor begins."""

    OLDEST = "oldest"
    NEWEST = "newest"


OLDEST, NEWEST = Beginning.OLDEST, Beginning.NEWEST
Since = str | Beginning


@dataclass(frozen=True)
class Page:
    """Some events as messages, and the cursor to go on with."""

    messages: Sequence[Mapping[str, Any]]
    cursor: str
    has_more: bool


def start(cursor: str | None) -> int:
    """Return the position of a cursor, or the newest without one. Raises ``BadCursor`` or
    ``CursorExpired``."""
    if cursor is None:
        return log.newest()
    position = cursors.decode(cursor)
    if log.is_ahead(position):
        raise cursors.BadCursor(cursor)
    log.require_kept(position)
    return position


def page(hearing: Hearing, *, since: Since, limit: int) -> Page:
    """Return the events past a cursor that a hearing may hear, at most ``limit``. Raises
    ``BadCursor`` or ``CursorExpired``."""
    # The newest first: whatever is committed after it stands behind it.
    newest = log.newest()
    position = _position(since, newest)
    found = heard(hearing, after=position, until=None, limit=limit + 1)
    if since is not OLDEST:
        log.require_kept(position)
    has_more = len(found) > limit
    last = found[:limit][-1].position if found else position
    messages = [one.message(hearing.share(one.happened)) for one in found[:limit]]
    return Page(
        messages=[one for one in messages if one is not None],
        cursor=cursors.encode(last if has_more else max(last, newest)),
        has_more=has_more,
    )


def _position(since: Since, newest: int) -> int:
    if isinstance(since, str):
        return start(since)
    return newest if since is NEWEST else log.oldest() - 1


def heard(hearing: Hearing, *, after: int, until: int | None, limit: int) -> Sequence[Told]:
    """Return the events past a position that a hearing is about, in order, as far as they are
    kept. What of them may be heard, ``parcels.shared`` decides."""
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
