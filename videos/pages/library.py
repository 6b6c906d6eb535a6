"""A user's library: filtered, searched and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import QueryDict

from accounts.models import User
from videos import access, search, selectors
from videos.models import Video
from videos.pages import shelf

_Status = Video.Status

FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "ready": ("Ready", (_Status.READY,)),
    "processing": ("Processing", (_Status.PENDING_UPLOAD, _Status.UPLOADING, _Status.PROCESSING)),
    "failed": ("Failed", (_Status.FAILED,)),
    "canceled": ("Canceled", (_Status.CANCELED,)),
}
"""The label of each filter and the statuses it shows, by its name in the address."""


@dataclass(frozen=True)
class Narrowing:
    """The filter, search and order of a library."""

    status: str = ""
    search: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Narrowing":
        """Read the query parameters; unknown values have no effect."""
        status, sort = query.get("status", ""), query.get("sort", "")
        # PostgreSQL accepts no NUL in a text.
        text = query.get("q", "").replace("\0", "").strip()[:200]
        return cls(
            status=status if status in FILTERS else "",
            search=text,
            sort=sort if sort in shelf.ORDERS else "",
        )

    @property
    def order(self) -> shelf.Order:
        """The order of the videos."""
        return shelf.ORDERS[self.sort]

    @property
    def is_newest_first(self) -> bool:
        """Whether a new video belongs at the top."""
        return not self.sort

    def apply(self, videos: QuerySet[Video]) -> QuerySet[Video]:
        """Return the videos that match."""
        _, statuses = FILTERS[self.status]
        if statuses:
            videos = videos.filter(status__in=statuses)
        return search.found(videos, self.search) if self.search else videos


@dataclass(frozen=True)
class Tab:
    """A filter of the library, with the number of its videos."""

    name: str
    label: str
    count: int


def tabs(owner: User, narrowing: Narrowing) -> Sequence[Tab]:
    """Return all tabs, counted under the same search in one query; none if there is no video."""
    videos = access.owned_by(owner)
    if narrowing.search:
        videos = search.found(videos, narrowing.search)
    rows = videos.order_by().values_list("status").annotate(Count("pk"))
    counts: dict[str, int] = dict(rows)
    if not counts and not narrowing.search:
        return []
    return [
        Tab(name, label, sum(counts.get(one, 0) for one in statuses or counts))
        for name, (label, statuses) in FILTERS.items()
    ]


def readable(owner: User) -> QuerySet[Video]:
    """Return the owner's videos with all that a card shows, in one query."""
    return selectors.with_card(access.owned_by(owner))


def watchable(viewer: access.Viewer) -> QuerySet[Video]:
    """Return the videos that a viewer may see, with all that the watch page shows, in two
    queries."""
    return selectors.with_everything(access.visible_to(viewer))


def uuid_or_none(text: str | None) -> UUID | None:
    """Return an id from a query parameter; None if it is not a UUID."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
