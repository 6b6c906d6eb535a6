"""The orders of a library, and its pages. Each order is a key that no two videos share, so that a
page begins where the previous one ended, whatever was uploaded or deleted in the meantime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from videos.models import Video

PAGE_SIZE = 24


@dataclass(frozen=True)
class Order:
    """An order of videos by ``field``, and by id among equal values; ``descending`` applies to
    both."""

    label: str
    field: str = "pk"
    descending: bool = False

    def sorted(self, videos: QuerySet[Video], *, backwards: bool = False) -> QuerySet[Video]:
        """Return the videos in this order, or in reverse."""
        sign = "-" if self.descending != backwards else ""
        names = ["pk"] if self.field == "pk" else [self.field, "pk"]
        return videos.order_by(*(sign + name for name in names))

    def behind(self, videos: QuerySet[Video], anchor: UUID, *, backwards: bool) -> QuerySet[Video]:
        """Return the videos that follow a video in this order, or precede it. The anchor itself
        need not match the filters any more."""
        comparison = "lt" if self.descending != backwards else "gt"
        if self.field == "pk":
            return videos.filter(**{f"pk__{comparison}": anchor})
        values = _keyed(Video.objects.filter(pk=anchor)).values_list(self.field, flat=True)
        value = values.first() or ""
        equal = Q(**{self.field: value, f"pk__{comparison}": anchor})
        return videos.filter(Q(**{f"{self.field}__{comparison}": value}) | equal)


ORDERS: dict[str, Order] = {
    "": Order("Newest first", descending=True),
    "oldest": Order("Oldest first"),
    "title": Order("Title, A to Z", "title_key"),
}
"""The orders by their names in the address."""


@dataclass(frozen=True)
class Page:
    """The videos of one page, and the ids that lead to its neighbouring pages."""

    videos: Sequence[Video]
    older_than: UUID | None
    newer_than: UUID | None


def page(
    videos: QuerySet[Video],
    order: Order,
    *,
    before: UUID | None = None,
    after: UUID | None = None,
) -> Page:
    """Return the page that begins behind ``before``, the page that ends in front of ``after``, or
    the first page."""
    videos = _keyed(videos)
    if after is not None and before is None:
        nearer = order.sorted(order.behind(videos, after, backwards=True), backwards=True)
        found = list(nearer[: PAGE_SIZE + 1])
        shown = found[:PAGE_SIZE][::-1]
        if len(found) <= PAGE_SIZE:
            return page(videos, order)
        return Page(shown, older_than=shown[-1].pk, newer_than=shown[0].pk)
    rest = order.behind(videos, before, backwards=False) if before else videos
    found = list(order.sorted(rest)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(
        shown,
        older_than=shown[-1].pk if len(found) > PAGE_SIZE else None,
        newer_than=shown[0].pk if before and shown else None,
    )


def _keyed(videos: QuerySet[Video]) -> QuerySet[Video]:
    return videos.annotate(title_key=Lower("title"))
