"""The queue of videos that wait for a moderator, oldest first."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from videos.models import ModerationDecision, Video

_APPROVED = Video.Moderation.APPROVED


def pending() -> QuerySet[Video]:
    """Return all waiting videos with their related rows. Only ready videos wait; those that are
    being uploaded or processed, or that failed, cannot be judged yet."""
    return _waiting().select_related("owner", "source", "release").order_by("id")


def count() -> int:
    """Return the number of waiting videos."""
    return _waiting().count()


def _waiting() -> QuerySet[Video]:
    return Video.objects.filter(
        moderation=Video.Moderation.PENDING, deleted_at=None, status=Video.Status.READY
    )


def next_after(video_id: UUID | None, *, by: User) -> Video | None:
    """Return the waiting video that follows another one, or the first if none follows; None if no
    other one waits for this moderator."""
    waiting = pending() if by.is_superuser else pending().exclude(owner=by)
    if video_id is not None:
        found = waiting.filter(pk__gt=video_id).first()
        if found is not None:
            return found
        waiting = waiting.exclude(pk=video_id)
    return waiting.first()


def decisions_on(video_id: UUID) -> QuerySet[ModerationDecision]:
    """Return the decisions about a video, newest first."""
    return ModerationDecision.objects.filter(video_id=video_id).order_by("-id")


def latest(limit: int = 8) -> list[ModerationDecision]:
    """Return the newest decisions of all moderators."""
    return list(ModerationDecision.objects.order_by("-id")[:limit])


@dataclass(frozen=True)
class Before:
    """The numbers of an owner's approved and rejected videos."""

    approved: int
    rejected: int


def decisions_about(owner: User) -> Before:
    """Count an owner's approved and rejected videos."""
    counts = Video.objects.filter(owner=owner, deleted_at=None).aggregate(
        approved=Count("pk", filter=Q(moderation=_APPROVED)),
        rejected=Count("pk", filter=Q(moderation=Video.Moderation.REJECTED)),
    )
    return Before(**counts)
