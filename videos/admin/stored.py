"""Stored objects, uploads and events in the admin."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from config.admin.base import NOTHING, ReadOnlyAdmin, chip, link
from videos.admin.filters import ByErrorCode
from videos.admin.rows import OfVideoAdmin
from videos.events import earlier
from videos.models import Event, StoredObject, Upload, Video
from videos.pages import words


@admin.register(StoredObject)
class StoredObjectAdmin(ReadOnlyAdmin):
    """Every object that this site has written, is writing, or must delete."""

    list_display = (
        *("key", "storage", "role", "standing", "fault", "size", "created_at", "delete_after"),
    )
    list_filter = ("state", "fault", "storage", "role")
    search_fields = ("=release__id", "=source__id", "=attempt", "key__startswith")
    ordering = ("-id",)
    fields = (*list_display, "of")
    readonly_fields = fields

    @display(description="Belongs to")
    def of(self, one: StoredObject) -> SafeString | str:
        """Return a link to the object's release or original. The link shows no title or file name,
        since some staff may see objects but not those names."""
        owner, said = (one.release, "A release") if one.release else (one.source, "An original")
        return link(owner, said, viewer=cast(Any, one).viewed_by)

    @display(description="State", ordering="state")
    def standing(self, one: StoredObject) -> SafeString:
        """Return the state of the object."""
        return chip(one.state, one.get_state_display())

    @display(description="Size", ordering="bytes")
    def size(self, one: StoredObject) -> str:
        """Return the size in the units that file managers use."""
        return words.size(one.bytes) if one.bytes is not None else NOTHING


@admin.register(Upload)
class UploadAdmin(OfVideoAdmin):
    """Uploads that are arriving or have arrived."""

    list_filter = ("protocol", ByErrorCode)
    list_display = (
        "filename",
        "owner",
        "protocol",
        "arrived",
        "announced",
        "created_at",
        "finished_at",
    )
    list_select_related = ("owner",)
    search_fields = ("filename", "owner__email")
    ordering = ("-id",)
    fields = (
        *("filename", "of", "whose", "arrived", "announced", "key"),
        *("created_at", "expires_at", "finished_at"),
    )
    readonly_fields = fields

    @display(description="Video")
    def of(self, upload: Upload) -> SafeString | str:
        """Return a link to the video that the upload becomes."""
        return link(upload.video, viewer=cast(Any, upload).viewed_by)

    @display(description="Owner")
    def whose(self, upload: Upload) -> SafeString | str:
        """Return a link to the user who sends the upload."""
        return link(upload.owner, viewer=cast(Any, upload).viewed_by)

    @display(description="Arrived", ordering="received")
    def arrived(self, upload: Upload) -> str:
        """Return the size received so far."""
        return words.size(upload.received)

    @display(description="Size", ordering="size")
    def announced(self, upload: Upload) -> str:
        """Return the size that the client announced, if it announced one."""
        return words.size(upload.size) if upload.size is not None else NOTHING


@admin.register(Event)
class EventAdmin(OfVideoAdmin):
    """The event log that the feeds read."""

    video_path = "video_id"
    outlives_video = True

    list_display = ("kind", "of", "owner", "created_at", "position")
    search_fields = ("=video_id", "=type")
    list_select_related = ("owner",)
    ordering = ("-id",)
    fields = ("kind", "of", "owner", "told", "created_at", "position")
    readonly_fields = fields

    @display(description="Kind", ordering="type")
    def kind(self, event: Event) -> str:
        """Return the kind of event."""
        return earlier.kind(event.type)

    @display(description="Video")
    def of(self, event: Event) -> SafeString | str:
        """Return the video's title as the event recorded it, as a link."""
        if event.video_id is None:
            return NOTHING
        title = event.payload.get("title") or "Untitled"
        return link(Video(pk=event.video_id), title, viewer=cast(Any, event).viewed_by)

    @display(description="What it tells")
    def told(self, event: Event) -> SafeString:
        """Return each member of the payload with its name."""
        members = earlier.payload(event.type, event.payload)
        shown = ((name, _readable(value)) for name, value in members.items())
        return format_html_join("", "<p><code>{}</code> {}</p>", shown)


def _readable(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
