"""The admin's list of tracks, and the tracks on the page of a video."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.rights import Right, may
from config.admin.acts import Act, ActingAdmin, Doing
from config.admin.base import NOTHING, chip, link, listing
from processing.captions import notices
from processing.captions.document import Notice
from videos import access
from videos.admin.filters import ByErrorCode
from videos.admin.rows import OfVideoAdmin
from videos.models import Cue, Track, Video
from videos.pages import tracks as pages
from videos.tracks import selectors, services

_VIEW = "videos.view_track"
_STATES = {
    Track.State.PROCESSING: "Being made",
    Track.State.READY: "Ready",
    Track.State.FAILED: "Failed",
}


class _OfDeletedVideo(Exception):
    """Raised when the video of a track to be deleted is in the trash."""


def _delete(doing: Doing) -> None:
    track: Track = doing.row
    if not access.may_edit(track.video, cast(User, doing.request.user)):
        raise _OfDeletedVideo
    services.delete(track)


DELETE = Act(
    name="delete_track",
    label="Delete",
    asks="Players no longer find these tracks, and their text is gone for good.",
    done="deleted",
    rights=(Right.VIEW_VIDEOS, Right.CHANGE_VIDEOS, _VIEW),
    do=_delete,
    refusals={_OfDeletedVideo: "belongs to a video in the trash: restore that first."},
    is_dangerous=True,
)


@admin.register(Track)
class TrackAdmin(ActingAdmin, OfVideoAdmin):
    """Captions, subtitles, chapters and added audio, each named with its video."""

    empty_hint = "Captions, chapters and further audio appear here when a video has some."
    list_display = ("name", "of", "kind", "language", "state_label", "origin", "updated_at")
    list_filter = ("kind", "state", "origin", "is_default", ByErrorCode)
    search_fields = (
        "label",
        "filename",
        "video__title",
        "video__owner__email",
        "=id",
        "=video__id",
    )
    search_help_text = "Name, file, title of the video, owner's address, or the id of either"
    list_select_related = ("video", "video__owner")
    ordering = ("-id",)
    fields = (
        *("of", "owner", "kind", "language", "label", "is_default", "state_label", "failure"),
        *("origin", "filename", "edited", "told", "text", "revision", "created_at", "updated_at"),
        "id",
    )
    readonly_fields = fields
    acts = (DELETE,)
    narrowed_by_links = ("video__id__exact",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        """Return the tracks without their regions and notices, which lists do not show."""
        rows = super().get_queryset(request).defer("regions", "notices")
        return cast("QuerySet[Track]", rows.select_related("video__owner"))

    def title_of(self, row: Track) -> str:
        """Return the name of the track with that of its video."""
        return f"{selectors.name_of(row)}, {row.video}"

    @display(description="Name", ordering="label")
    def name(self, track: Track) -> str:
        """Return what menus call it."""
        return selectors.name_of(track)

    @display(description="Video", ordering="video__title")
    def of(self, track: Track) -> SafeString | str:
        """Return a link to the video."""
        return link(track.video, viewer=cast(Any, track).viewed_by)

    @display(description="Owner")
    def owner(self, track: Track) -> SafeString | str:
        """Return a link to the owner of the video."""
        return link(track.video.owner, viewer=cast(Any, track).viewed_by)

    @display(description="State", ordering="state")
    def state_label(self, track: Track) -> SafeString:
        """Return the state as a readable label."""
        return _state(track)

    @display(description="Error")
    def failure(self, track: Track) -> SafeString | str:
        """Return why it could not be made, with the code."""
        if not track.error_code:
            return NOTHING
        return format_html("{} <code>{}</code>", track.error_message, track.error_code)

    @display(description="Notices")
    def told(self, track: Track) -> SafeString | str:
        """Return what was changed or left out when the text was read."""
        found = (Notice(one["code"], one["details"]) for one in track.notices)
        lines = ((notices.sentence(one), one.code) for one in found)
        return format_html_join("", "<p>{} <code>{}</code></p>", lines) or NOTHING

    @display(description="Text")
    def text(self, track: Track) -> SafeString | str:
        """Return how many cues there are, with a link to the editor for those who may edit them."""
        if not track.is_text:
            return NOTHING
        count = Cue.objects.filter(track=track).count()
        editor = _editor(track, cast(Any, track).viewed_by)
        return format_html("{} {}", "1 cue" if count == 1 else f"{count:,} cues", editor)


def of(video: Video, viewer: User) -> SafeString | str:
    """Return a line for each track of a video, with links to its page and its editor."""
    if not may(viewer, _VIEW):
        return NOTHING
    tracks = Track.objects.filter(video=video).defer("regions", "notices").order_by("id")
    lines = [_line(track, video, viewer) for track in tracks]
    if not lines:
        return NOTHING
    every = listing(Track, "All tracks of this video", viewer=viewer, video__id__exact=video.pk)
    rows = format_html_join("", "<p>{}: {}, {} {} {}</p>", lines)
    return format_html("{}<p>{}</p>", rows, every)


def _line(track: Track, video: Video, viewer: User) -> tuple[object, ...]:
    track.video = video
    named = link(track, selectors.name_of(track), viewer=viewer)
    kind = pages.KINDS[track.kind].lower()
    default = ", default" if track.is_default else ""
    return named, f"{kind}{default}", _state(track), track.error_code, _editor(track, viewer)


def _state(track: Track) -> SafeString:
    return chip(track.state, _STATES[Track.State(track.state)])


def _editor(track: Track, viewer: User) -> SafeString:
    is_text = track.is_text and track.state == Track.State.READY
    if not (is_text and access.may_edit(track.video, viewer)):
        return SafeString()
    address = reverse("track_edit", args=[track.video_id, track.pk])
    return format_html('<a href="{}">Edit its text</a>', address)
