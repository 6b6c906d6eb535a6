"""The trash page: deleted videos and images, to be restored or deleted for good."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from videos import access, clock, image_library, image_purge, locking, purge, trash
from videos.ingest import uploads
from videos.models import Image, Video
from videos.pages import words
from videos.playback import services as playback

_SHOWN = 200
_GONE = "It is not in the trash any more."


@dataclass(frozen=True)
class Line:
    """A video or image in the trash, as its page shows it: ``kind`` is the word for it, and the
    views are those that restore it and delete it for good."""

    pk: UUID
    kind: str
    title: str
    told: tuple[str, ...]
    deleted_at: datetime
    until: datetime
    restore: str
    delete: str


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show one's own trash, last deleted first."""
    user = cast(User, request.user)
    videos = access.trashed_of(user).select_related("source", "release").order_by("-deleted_at")
    images = access.trashed_images_of(user).select_related("source").order_by("-deleted_at")
    found = [
        *(_line_of_video(video) for video in videos[: _SHOWN + 1]),
        *(_line_of_image(image) for image in images[: _SHOWN + 1]),
    ]
    found.sort(key=lambda line: line.deleted_at, reverse=True)
    context = {
        "lines": found[:_SHOWN],
        "more": len(found) > _SHOWN,
        "days": settings.PURGE_AFTER_DAYS,
    }
    return render(request, "pages/trash.html", context)


@require_POST
@login_required
def restore(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Take a video out of the trash."""
    video = _own(request, video_id)
    try:
        trash.restore(video)
        messages.success(request, f"“{_title(video)}” is back in the library.")
    except (trash.NotInTrash, Video.DoesNotExist):
        messages.warning(request, _GONE)
    return redirect("trash")


@require_POST
@login_required
def delete(request: HttpRequest, video_id: UUID) -> HttpResponse:
    """Delete a video for good."""
    video = _own(request, video_id)
    try:
        if purge.purge(video, since=video.deleted_at):
            messages.success(request, f"“{_title(video)}” is deleted for good.")
        else:
            messages.warning(request, _GONE)
    except locking.VideoBusy:
        messages.warning(request, f"“{_title(video)}” is busy. Try again in a moment.")
    return redirect("trash")


@require_POST
@login_required
def restore_image(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Take an image out of the trash."""
    image = _own_image(request, image_id)
    try:
        image_library.restore(image)
        messages.success(request, f"“{_title(image)}” is back among the images.")
    except uploads.ExternalIdTaken:
        messages.warning(request, f"“{_title(image)}” stays here: another image has its name now.")
    except (trash.NotInTrash, Image.DoesNotExist):
        messages.warning(request, _GONE)
    return redirect("trash")


@require_POST
@login_required
def delete_image(request: HttpRequest, image_id: UUID) -> HttpResponse:
    """Delete an image for good."""
    image = _own_image(request, image_id)
    image_purge.purge(image.pk)
    messages.success(request, f"“{_title(image)}” is deleted for good.")
    return redirect("trash")


def _own_image(request: HttpRequest, image_id: UUID) -> Image:
    return get_object_or_404(access.trashed_images_of(cast(User, request.user)), pk=image_id)


def _own(request: HttpRequest, video_id: UUID) -> Video:
    return get_object_or_404(access.trashed_of(cast(User, request.user)), pk=video_id)


def _line_of_video(video: Video) -> Line:
    seconds = playback.duration_of(video)
    duration = words.duration(seconds) if seconds else ""
    size = words.size(video.source.size) if video.source else ""
    return _line(video, "video", (duration, size), views=("trash_restore", "trash_delete"))


def _line_of_image(image: Image) -> Line:
    told = ("Image", words.size(image.source.size))
    return _line(image, "image", told, views=("trash_restore_image", "trash_delete_image"))


def _line(item: Video | Image, kind: str, told: tuple[str, ...], views: tuple[str, str]) -> Line:
    restore, delete = views
    deleted_at = item.deleted_at or clock.now()
    return Line(
        pk=item.pk,
        kind=kind,
        title=_title(item),
        told=tuple(filter(None, told)),
        deleted_at=deleted_at,
        until=trash.kept_until(item) or deleted_at,
        restore=restore,
        delete=delete,
    )


def _title(item: Video | Image) -> str:
    return item.title or "Untitled"
