"""The images of a library: a page of thumbnails, filtered by folder, tag and title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from videos import access, folders, image_library, search, tags
from videos.models import Image
from videos.pages import library, provenance, words
from videos.playback import images

PAGE_SIZE = 60
_TAGS_ON_CARD = 4


@dataclass(frozen=True)
class Card:
    """An image in the gallery; ``more_tags`` counts those that are not shown."""

    image: Image
    title: str
    url: str
    thumbnail: str
    size: str
    tags: Sequence[str]
    more_tags: int
    is_generated: bool


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show one's own images, newest first."""
    user = cast(User, request.user)
    narrowing = library.Narrowing.read(request.GET)
    place = library.place(user, narrowing)
    before = library.uuid_or_none(request.GET.get("before"))
    found = _narrowed(user, narrowing).select_related("source").order_by("-id")
    rows = list((found.filter(pk__lt=before) if before else found)[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    context = {
        "cards": [_card(image) for image in shown],
        "narrowing": narrowing,
        "place": place,
        "above": folders.path(place)[:-1] if place else [],
        "is_further": before is not None,
        "older_than": shown[-1].pk if len(rows) > PAGE_SIZE else None,
    }
    return render(request, "pages/images.html", context)


@require_POST
@login_required
def delete(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Move an image into the trash, and show the gallery as it was filtered."""
    image = get_object_or_404(access.images_of(cast(User, request.user)), pk=image_id)
    image_library.discard(image)
    messages.success(request, f"“{title_of(image)}” is in the trash.")
    return redirect(f"{reverse('images')}?{request.GET.urlencode()}")


def count(user: User, narrowing: library.Narrowing) -> int:
    """Return how many images lie where a library looks; 0 for a status, which images have none
    of."""
    return 0 if narrowing.status else _within(user, narrowing).count()


def title_of(image: Image) -> str:
    """Return the title that a page shows."""
    return image.title or "Untitled"


def _narrowed(user: User, narrowing: library.Narrowing) -> QuerySet[Image]:
    """Return the images of a folder, or without a folder those of the whole library."""
    if narrowing.folder is None and not narrowing.looks_deeper:
        return access.images_of(user)
    return _within(user, narrowing)


def _within(user: User, narrowing: library.Narrowing) -> QuerySet[Image]:
    found = access.images_of(user)
    if not narrowing.looks_deeper:
        found = found.filter(folder=narrowing.folder)
    elif narrowing.folder:
        found = found.filter(folder__in=folders.below(user.pk, narrowing.folder))
    if narrowing.tag:
        found = tags.having(found, [narrowing.tag])
    return search.images_titled(found, narrowing.search) if narrowing.search else found


def _card(image: Image) -> Card:
    own: list[Any] = image.tags
    return Card(
        image=image,
        title=title_of(image),
        url=images.copy_url(image),
        thumbnail=images.thumbnail_url(image),
        size=words.size(image.source.size),
        tags=own[:_TAGS_ON_CARD],
        more_tags=max(len(own) - _TAGS_ON_CARD, 0),
        is_generated=provenance.is_generated(image),
    )
