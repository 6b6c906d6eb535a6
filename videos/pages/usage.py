"""A user's usage of the site."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from accounts.models import User
from accounts.plans import PlanName
from videos.models import Source, Video
from videos.pages import words


@dataclass(frozen=True)
class Usage:
    """Numbers of videos, and sizes in words; ``running`` is how many videos are processed at
    once."""

    videos: int
    trashed: int
    originals: str
    plan: str
    running: int


def of(user: User) -> Usage:
    """Return a user's usage, in two queries."""
    counts = Video.objects.filter(owner=user).aggregate(
        videos=Count("pk", filter=Q(deleted_at=None)),
        trashed=Count("pk", filter=Q(deleted_at__isnull=False)),
    )
    kept = Source.objects.filter(owner=user, dropped_at=None)
    stored = kept.aggregate(sum=Sum("size"))["sum"] or 0
    labels = dict(PlanName.choices)
    return Usage(
        videos=counts["videos"],
        trashed=counts["trashed"],
        originals=words.size(stored),
        plan=str(labels.get(user.plan, labels[PlanName.FREE])),
        running=user.terms.running,
    )
