"""Read the database's clock, which all processes share, and judge whether it can be trusted."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from videos.models import Walk

_NAME = "clock"
# Longer than the pause between two looks where the duties are run by hand, once a day.
_JUMP = timedelta(days=7)
_CORRECTED = timedelta(minutes=10)
_BELIEVED_AFTER = timedelta(days=1)


def now() -> datetime:
    """Return the database's time."""
    return _read()[1]


def is_steady() -> bool:
    """Return whether objects may be deleted on account of their age alone. They may not for a day
    after the clock was seen to jump ahead by more than a week, or back by more than ten minutes, so
    that somebody can correct it."""
    walk, seen = _read()
    since, last = _parsed(walk.after)
    if last is not None and not -_CORRECTED <= seen - last <= _JUMP:
        since = seen
    kept = f"{since.isoformat() if since else ''} {seen.isoformat()}"
    Walk.objects.filter(pk=_NAME).update(after=kept)
    return since is None or seen - since >= _BELIEVED_AFTER


def _read() -> tuple[Walk, datetime]:
    Walk.objects.get_or_create(name=_NAME)
    walk = Walk.objects.annotate(database_now=Now()).get(pk=_NAME)
    return walk, walk.database_now


def _parsed(kept: str) -> tuple[datetime | None, datetime | None]:
    """Return since when the clock has been steady after a jump, or None if it never jumped, and the
    time of the last look."""
    since, _, last = kept.partition(" ")
    return (
        datetime.fromisoformat(since) if since else None,
        datetime.fromisoformat(last) if last else None,
    )
