"""The main pages. Each view parses, authorises, calls one service, and responds."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit, verification
from accounts.models import User
from videos import access, folders, spoken
from videos.events import cursors, log
from videos.pages import cards, images, sharing, shelf, tracks, uploading, words
from videos.pages import library as collection
from videos.pages.context import may_upload
from videos.playback import originals


@require_safe
@never_cache
@login_required
def library(request: HttpRequest) -> HttpResponse:
    """Show one's own videos."""
    user = cast(User, request.user)
    feed_since = _feed_since(user)
    narrowing = collection.Narrowing.read(request.GET)
    before, after = (collection.uuid_or_none(request.GET.get(name)) for name in ("before", "after"))
    place = collection.place(user, narrowing)
    videos = narrowing.apply(collection.readable(user), user)
    page = shelf.page(videos, narrowing.order, before=before, after=after)
    if before and not page.videos:
        # The videos behind it are gone. An empty page would look like an empty library.
        return redirect(f"{request.path}?{_first_page(request.GET)}")
    said = spoken.matches(page.videos, narrowing.search)
    return render(
        request,
        "pages/library.html",
        {
            "cards": [cards.card(video, user, said.get(video.pk, ())) for video in page.videos],
            "page": page,
            "narrowing": narrowing,
            "place": place,
            "above": folders.path(place)[:-1] if place else [],
            "folders": [] if before or after else collection.inner_folders(user, narrowing),
            "images": images.count(user, narrowing),
            "tabs": collection.tabs(user, narrowing),
            "orders": [(name, order.label) for name, order in shelf.ORDERS.items()],
            "feed_since": feed_since,
            **(uploading.context(user, narrowing.folder) if may_upload(request) else {}),
        },
    )


@require_safe
@never_cache
@login_required
def card(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Return one card of the library; 204 if the video does not match the filters."""
    user = cast(User, request.user)
    narrowing = collection.Narrowing.read(request.GET)
    own = collection.readable(user).filter(pk=video_id)
    video = narrowing.apply(own, user).first()
    if video is None:
        get_object_or_404(own)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    said = spoken.matches([video], narrowing.search).get(video.pk, ())
    return render(request, "pages/_card.html", {"card": cards.card(video, user, said)})


@require_safe
@never_cache
@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """Show the upload page, for the folder that was looked at."""
    user = cast(User, request.user)
    wanted = collection.uuid_or_none(request.GET.get("folder"))
    place = user.folders.filter(pk=wanted).first() if wanted else None
    context = {
        "place": place,
        "is_verified": verification.is_verified(user),
        "feed_since": _feed_since(user),
        **uploading.context(user, place.pk if place else None),
    }
    return render(request, "pages/upload.html", context)


@require_safe
@never_cache
def watch(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Show one video to watch, and to its owner to manage."""
    viewer = request.user
    feed_since = _feed_since(viewer) if isinstance(viewer, User) else None
    video = get_object_or_404(collection.watchable(viewer), pk=video_id)
    shown = cards.watch(video, viewer)
    return render(
        request,
        "pages/watch.html",
        {
            "video": video,
            "watch": shown,
            "shared": sharing.of(video, request),
            "visibilities": words.visibilities(own=video.owner_id == viewer.pk),
            # Only the owner's feed reports it; for others the page polls now and then.
            "feed_since": feed_since if video.owner_id == viewer.pk else None,
            **(tracks.context(video, viewer) if shown.may_edit else {}),
        },
    )


@require_safe
@never_cache
@login_required
def original(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Redirect the owner and staff to the untouched original, which the browser then saves."""
    user = cast(User, request.user)
    video = get_object_or_404(collection.watchable(user), pk=video_id)
    if not (access.may_take_original(video, user) and video.has_original):
        raise Http404
    address = originals.address_of(video, user)
    audit.person_did("video.original_downloaded", video)
    return redirect(address.url)


def _first_page(query: QueryDict) -> str:
    kept = query.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    return kept.urlencode()


def _feed_since(user: User) -> str:
    """Return the cursor where the page's feed begins. It is read before the rows, so that no event
    falls between."""
    return cursors.encode(log.newest())
