"""The audit logs of moderation and of the other actions of staff."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.rights import Right, may
from config.admin.base import NOTHING, ReadOnlyAdmin, chip, link
from videos.admin.rows import OfVideoAdmin
from videos.models import ModerationDecision, Video
from videos.moderation import reasons

_WORDS = {
    Video.Moderation.PENDING: "Waiting for approval",
    Video.Moderation.APPROVED: "Approved",
    Video.Moderation.REJECTED: "Rejected",
}


@admin.register(ModerationDecision)
class DecisionAdmin(OfVideoAdmin):
    """Who decided what, when and why. Nobody can change a row."""

    empty_hint = "What moderators decide about videos appears here."
    video_path = "video_id"
    outlives_video = True

    list_display = ("of", "came_from", "became", "why", "by_email", "created_at")
    list_display_links = ("created_at",)
    list_filter = ("after", "code")
    search_fields = ("title", "owner_email", "by_email", "=video_id")
    ordering = ("-id",)
    fields = ("of", "owner_email", "came_from", "became", "why", "by_email", "created_at")
    readonly_fields = fields

    @display(description="Video", ordering="title")
    def of(self, decision: ModerationDecision) -> SafeString | str:
        """Return the video's title at the time of the decision, as a link while the video
        exists."""
        viewer = cast(Any, decision).viewed_by
        return link(Video(pk=decision.video_id), decision.title or "Untitled", viewer=viewer)

    @display(description="From", ordering="before")
    def came_from(self, decision: ModerationDecision) -> SafeString:
        """Return the moderation state before the decision."""
        return chip(decision.before, _WORDS[Video.Moderation(decision.before)])

    @display(description="To", ordering="after")
    def became(self, decision: ModerationDecision) -> SafeString:
        """Return the moderation state after the decision."""
        return chip(decision.after, _WORDS[Video.Moderation(decision.after)])

    @display(description="Reason")
    def why(self, decision: ModerationDecision) -> SafeString | str:
        """Return the reason and the message that the owner received."""
        if not decision.code:
            return NOTHING
        said = (reasons.label(decision.code), decision.message)
        return format_html("{}<br><small>{}</small>", *said)


@admin.register(LogEntry)
class StaffActionAdmin(ReadOnlyAdmin):
    """What staff did in the admin, apart from moderation."""

    empty_hint = "What staff change in the admin appears here."
    list_display = ("action_time", "user", "content_type", "object_repr", "get_change_message")
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr", "=object_id")
    ordering = ("-id",)
    fields = ("action_time", "user", "content_type", "object_repr", "get_change_message")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Return all entries to moderators only. An entry names its video by title even if the
        video was deleted or rejected later, so other staff do not get entries about videos."""
        entries: QuerySet[LogEntry] = super().get_queryset(request)
        if may(request.user, *Right.moderation()):
            return entries
        told = [m for m, made in self.admin_site._registry.items() if _tells_of_videos(m, made)]
        types = ContentType.objects.get_for_models(*told).values()
        return entries.exclude(content_type__in=[one.pk for one in types])


def _tells_of_videos(model: type[Model], made: object) -> bool:
    return model is Video or isinstance(made, OfVideoAdmin)
