"""The audit log of moderation, and of whatever else staff did."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.admin.base import NOTHING, ReadOnlyAdmin, chip, link
from videos.models import ModerationDecision, Video
from videos.moderation import reasons

_WORDS = {
    Video.Moderation.PENDING: "Waiting for approval",
    Video.Moderation.APPROVED: "Approved",
    Video.Moderation.REJECTED: "Rejected",
}


@admin.register(ModerationDecision)
class DecisionAdmin(ReadOnlyAdmin):
    """Who decided what, when, and why. Nothing of it can be changed."""

    list_display = ("of", "came_from", "became", "why", "by_email", "created_at")
    list_display_links = ("created_at",)
    list_filter = ("after", "code")
    search_fields = ("title", "owner_email", "by_email", "=video_id")
    ordering = ("-id",)
    fields = ("of", "owner_email", "came_from", "became", "why", "by_email", "created_at")
    readonly_fields = fields

    @display(description="Video", ordering="title")
    def of(self, decision: ModerationDecision) -> SafeString | str:
        """By its title of then; a link as long as it is there."""
        viewer = cast(Any, decision).viewed_by
        return link(Video(pk=decision.video_id), decision.title or "Untitled", viewer=viewer)

    @display(description="From", ordering="before")
    def came_from(self, decision: ModerationDecision) -> SafeString:
        """What it was."""
        return chip(decision.before, _WORDS[Video.Moderation(decision.before)])

    @display(description="To", ordering="after")
    def became(self, decision: ModerationDecision) -> SafeString:
        """What it became."""
        return chip(decision.after, _WORDS[Video.Moderation(decision.after)])

    @display(description="Reason")
    def why(self, decision: ModerationDecision) -> SafeString | str:
        """The reason, and what the owner was told."""
        if not decision.code:
            return NOTHING
        said = (reasons.label(decision.code), decision.message)
        return format_html("{}<br><small>{}</small>", *said)


@admin.register(LogEntry)
class StaffActionAdmin(ReadOnlyAdmin):
    """What staff did here, besides moderation."""

    list_display = ("action_time", "user", "content_type", "object_repr", "get_change_message")
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr", "=object_id")
    ordering = ("-id",)
    fields = ("action_time", "user", "content_type", "object_repr", "get_change_message")
    readonly_fields = fields
