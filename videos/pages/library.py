"""One page of somebody's library: narrowed, searched, turned by cursor."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import QueryDict

from accounts.models import User
from processing.monitoring import progress
from videos import access
from videos.models import Rendition, Video

PAGE_SIZE = 24

_Status = Video.Status

FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "ready": ("Ready", (_Status.READY,)),
    "processing": ("Processing", (_Status.PENDING_UPLOAD, _Status.UPLOADING, _Status.PROCESSING)),
    "failed": ("Failed", (_Status.FAILED,)),
    "canceled": ("Canceled", (_Status.CANCELED,)),
}
"""By their name in the address: what they are called, and the statuses they show."""


@dataclass(frozen=True)
class Narrowing:
    """Which videos are asked for."""

    status: str = ""
    search: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Narrowing":
        """From an address; what is not known narrows nothing."""
        status = query.get("status", "")
        # PostgreSQL takes no NUL in a text.
        search = query.get("q", "").replace("\0", "").strip()[:200]
        return cls(status=status if status in FILTERS else "", search=search)

    def apply(self, videos: QuerySet[Video]) -> QuerySet[Video]:
        """The videos it leaves."""
        _, statuses = FILTERS[self.status]
        if statuses:
            videos = videos.filter(status__in=statuses)
        if self.search:
            videos = videos.filter(title__icontains=self.search)
        return videos


@dataclass(frozen=True)
class Page:
    """Videos, newest first, and the ids that lead to the pages beside it."""

    videos: list[Video]
    older_than: UUID | None
    newer_than: UUID | None


def readable(owner: User) -> QuerySet[Video]:
    """The owner's videos with all that a card shows, in one query."""
    return progress.with_run(access.owned_by(owner).select_related("source", "release"))


def watchable(viewer: access.Viewer) -> QuerySet[Video]:
    """What a viewer may see, with all that the watch page shows, in two queries."""
    renditions = Rendition.objects.order_by("-height", "name")
    videos = access.visible_to(viewer).select_related("source", "release", "owner")
    return progress.with_run(videos).prefetch_related(Prefetch("release__renditions", renditions))


def page(videos: QuerySet[Video], *, before: UUID | None = None, after: UUID | None = None) -> Page:
    """The page older than ``before``, or newer than ``after``, or the newest."""
    if after is not None and before is None:
        found = list(videos.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE][::-1]
        if len(found) <= PAGE_SIZE:
            return page(videos)
        return Page(shown, older_than=shown[-1].pk, newer_than=shown[0].pk)
    older = videos.filter(pk__lt=before) if before else videos
    found = list(older.order_by("-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(
        shown,
        older_than=shown[-1].pk if len(found) > PAGE_SIZE else None,
        newer_than=shown[0].pk if before and shown else None,
    )


def uuid_or_none(text: str | None) -> UUID | None:
    """An id from an address; None for what is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
