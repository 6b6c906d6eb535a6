"""A user's library: filtered, searched and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower
from django.http import QueryDict
from django.shortcuts import get_object_or_404

from accounts.models import User
from videos import access, folders, search, selectors, tags
from videos.models import Folder, Video
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
    """The folder, filter, search, tag and order of a library. A search and a tag look in the
    folder and in all that lie in it; otherwise only what lies directly in it is shown."""

    status: str = ""
    search: str = ""
    sort: str = ""
    folder: UUID | None = None
    tag: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Narrowing":
        """Read the query parameters; unknown values have no effect."""
        status, sort = query.get("status", ""), query.get("sort", "")
        # PostgreSQL accepts no NUL in a text.
        text, tag = (query.get(name, "").replace("\0", "").strip()[:200] for name in ("q", "tag"))
        return cls(
            folder=uuid_or_none(query.get("folder")),
            tag=tag,
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

    @property
    def looks_deeper(self) -> bool:
        """Whether folders within the folder are looked through."""
        return bool(self.search or self.tag)

    def apply(self, videos: QuerySet[Video], owner: User) -> QuerySet[Video]:
        """Return the owner's videos that match."""
        _, statuses = FILTERS[self.status]
        if statuses:
            videos = videos.filter(status__in=statuses)
        return self.within(videos, owner)

    def within(self, videos: QuerySet[Video], owner: User) -> QuerySet[Video]:
        """Return the owner's videos that match, of any status."""
        if not self.looks_deeper:
            videos = videos.filter(folder=self.folder)
        elif self.folder:
            videos = videos.filter(folder__in=folders.below(owner.pk, self.folder))
        if self.tag:
            videos = tags.having(videos, [self.tag])
        return search.found(videos, self.search) if self.search else videos


@dataclass(frozen=True)
class Tab:
    """A filter of the library, with the number of its videos."""

    name: str
    label: str
    count: int


def tabs(owner: User, narrowing: Narrowing) -> Sequence[Tab]:
    """Return all tabs, counted under the same search in one query; none if there is no video."""
    every = access.owned_by(owner)
    rows = narrowing.within(every, owner).order_by().values_list("status").annotate(Count("pk"))
    counts: dict[str, int] = dict(rows)
    if not counts and not narrowing.looks_deeper and not every.exists():
        return []
    return [
        Tab(name, label, sum(counts.get(one, 0) for one in statuses or counts))
        for name, (label, statuses) in FILTERS.items()
    ]


def place(owner: User, narrowing: Narrowing) -> Folder | None:
    """Return the folder that is shown, with those it lies in; None at the top. Raises ``Http404``
    if the owner has no such folder."""
    if narrowing.folder is None:
        return None
    return get_object_or_404(folders.shown(owner.folders.all()), pk=narrowing.folder)


def inner_folders(owner: User, narrowing: Narrowing) -> Sequence[Folder]:
    """Return the folders to show, by name: none under a filter or a search."""
    if narrowing.looks_deeper or narrowing.status:
        return []
    inner = owner.folders.filter(parent=narrowing.folder)
    return list(folders.shown(inner).order_by(Lower("name"), "pk"))


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
