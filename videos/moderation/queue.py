"""The videos that wait for a moderator, the oldest first."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from videos.models import ModerationDecision, Video

_APPROVED = Video.Moderation.APPROVED


def pending() -> QuerySet[Video]:
    """All that wait, with what a moderator looks at: those that are ready. What is still uploaded
    or made, or failed, cannot be judged yet."""
    return _waiting().select_related("owner", "source", "release").order_by("id")


def count() -> int:
    """How many wait."""
    return _waiting().count()


def _waiting() -> QuerySet[Video]:
    return Video.objects.filter(
        moderation=Video.Moderation.PENDING, deleted_at=None, status=Video.Status.READY
    )


def next_after(video_id: UUID | None = None) -> Video | None:
    """The one that waits longest behind another, or from the start again; None when none waits."""
    waiting = pending()
    if video_id is not None:
        found = waiting.filter(pk__gt=video_id).first()
        if found is not None:
            return found
        waiting = waiting.exclude(pk=video_id)
    return waiting.first()


def decisions_on(video_id: UUID) -> QuerySet[ModerationDecision]:
    """What was decided about a video, the newest first."""
    return ModerationDecision.objects.filter(video_id=video_id).order_by("-id")


def latest(limit: int = 8) -> list[ModerationDecision]:
    """The newest decisions of all moderators."""
    return list(ModerationDecision.objects.order_by("-id")[:limit])


@dataclass(frozen=True)
class Before:
    """What an owner's videos were found to be so far."""

    approved: int
    rejected: int


def decisions_about(owner: User) -> Before:
    """How many of an owner's videos stand approved, and how many rejected."""
    counts = Video.objects.filter(owner=owner, deleted_at=None).aggregate(
        approved=Count("pk", filter=Q(moderation=_APPROVED)),
        rejected=Count("pk", filter=Q(moderation=Video.Moderation.REJECTED)),
    )
    return Before(**counts)
