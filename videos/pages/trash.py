"""The trash page: deleted videos, to be restored or deleted for good."""

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
from videos import access, locking, purge, trash
from videos.models import Video
from videos.pages import words
from videos.playback import services as playback

_SHOWN = 200
_GONE = "It is not in the trash any more."


@dataclass(frozen=True)
class Line:
    """A video in the trash, as its page shows it."""

    video: Video
    title: str
    duration: str
    size: str
    until: datetime | None


@require_safe
@never_cache
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show one's own trash, last deleted first."""
    videos = access.trashed_of(cast(User, request.user)).select_related("source", "release")
    found = list(videos.order_by("-deleted_at")[: _SHOWN + 1])
    context = {
        "lines": [_line(video) for video in found[:_SHOWN]],
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


def _own(request: HttpRequest, video_id: UUID) -> Video:
    return get_object_or_404(access.trashed_of(cast(User, request.user)), pk=video_id)


def _line(video: Video) -> Line:
    seconds = playback.duration_of(video)
    return Line(
        video=video,
        title=_title(video),
        duration=words.duration(seconds) if seconds else "",
        size=words.size(video.source.size) if video.source else "",
        until=trash.kept_until(video),
    )


def _title(video: Video) -> str:
    return video.title or "Untitled"
