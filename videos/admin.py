"""Moderation and operation of videos."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from processing import profiles
from processing import services as processing
from processing.ffmpeg.notices import KINDS
from processing.monitoring import progress
from processing.packaging import report
from videos import editing
from videos.models import (
    Event,
    Release,
    Rendition,
    Source,
    StoredObject,
    Upload,
    Video,
)
from videos.moderation import services as moderation
from videos.playback import services as playback

_STATUS_COLOURS = {
    Video.Status.PENDING_UPLOAD: "info",
    Video.Status.UPLOADING: "info",
    Video.Status.PROCESSING: "warning",
    Video.Status.READY: "success",
    Video.Status.FAILED: "danger",
    Video.Status.CANCELED: "",
}
_MODERATION_COLOURS = {
    Video.Moderation.PENDING: "warning",
    Video.Moderation.APPROVED: "success",
    Video.Moderation.REJECTED: "danger",
}


class ReadOnlyAdmin(ModelAdmin):
    """Rows the pipeline writes: looked at, never edited by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


class HasNotices(admin.SimpleListFilter):
    """Videos of whose file something was left out, shortened, guessed or repaired."""

    title = "notices"
    parameter_name = "notice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Any, none, or one of a kind."""
        return [("any", "Has notices"), ("none", "Has none"), *((code, code) for code in KINDS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Video]) -> QuerySet[Video]:
        """The videos that have them."""
        told = queryset.exclude(release__notices=None).exclude(release__notices=[])
        if self.value() == "any":
            return told
        if self.value() == "none":
            return queryset.filter(release__notices=[])
        if self.value() in KINDS:
            return told.filter(release__notices__icontains=f'"{self.value()}"')
        return queryset


def _told(release: Release | None) -> SafeString | str:
    """The notices of a release, a line each."""
    told = (release.notices if release else None) or []
    lines = ((one["message"], one["code"]) for one in told)
    return format_html_join("", "<p>{} <code>{}</code></p>", lines) or "None."


@admin.register(Video)
class VideoAdmin(ModelAdmin):
    """Videos: what people may edit, what stands, and what can be done."""

    list_display = (
        "title_or_id",
        "owner",
        "state",
        "percent",
        "decision",
        "visibility",
        "created_at",
    )
    list_filter = ("status", "moderation", "visibility", "media_type", "error_code", HasNotices)
    search_fields = ("id", "title", "owner__email", "source__filename")
    list_select_related = ("owner", "source")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fields = (
        "title",
        "description",
        "visibility",
        "owner",
        "state",
        "decision",
        "playable",
        "error_code",
        "error_message",
        "source",
        "release",
        "notices",
        "address",
        "created_at",
        "ready_at",
        "deleted_at",
    )
    readonly_fields = fields[3:]
    actions = ("approve", "reject", "reprocess", "cancel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Video]:
        """With progress, in the same query."""
        return progress.with_run(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Videos come by upload or import."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Videos are deleted through the API, which stops their work and purges their bytes."""
        return False

    def save_model(self, request: HttpRequest, obj: Video, form: Any, change: bool) -> None:
        """Write the fields that were changed, and no other; the owner's feed tells of it."""
        editing.edit(obj, **{name: form.cleaned_data[name] for name in form.changed_data})

    @display(description="Title", ordering="title")
    def title_or_id(self, video: Video) -> str:
        """The title, or the id where there is none."""
        return str(video)

    @display(description="Status", label=_STATUS_COLOURS, ordering="status")
    def state(self, video: Video) -> tuple[str, str]:
        """The status, readable."""
        return video.status, video.get_status_display()

    @display(description="Moderation", label=_MODERATION_COLOURS, ordering="moderation")
    def decision(self, video: Video) -> tuple[str, str]:
        """The decision, readable."""
        return video.moderation, video.get_moderation_display()

    @display(description="Progress")
    def percent(self, video: Video) -> str:
        """Percent and stage of the current run."""
        now = progress.progress(video)
        return f"{now.percent:.0f} % {now.stage}" if progress.current_run(video) else "-"

    @display(description="Notices")
    def notices(self, video: Video) -> SafeString | str:
        """What differs from its file."""
        return _told(video.release)

    @display(description="Playback address")
    def address(self, video: Video) -> str:
        """A playlist that opens for an hour and more."""
        return playback.hls_url(video, video.owner, held=True) or "-"

    @action(description="Approve")
    def approve(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        """Let them be seen."""
        for video in queryset:
            moderation.approve(video)
        self.message_user(request, f"{len(queryset)} approved.", messages.SUCCESS)

    @action(description="Reject")
    def reject(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        """Hide them."""
        for video in queryset:
            moderation.reject(video)
        self.message_user(request, f"{len(queryset)} rejected.", messages.SUCCESS)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Processing again by any other profile too."""
        actions: dict[str, Any] = super().get_actions(request)
        for name in profiles.names() if "reprocess" in actions else ():
            again = partial(VideoAdmin.reprocess, profile=name)
            actions[f"reprocess_{name}"] = (again, f"reprocess_{name}", f"Process again: {name}")
        return actions

    @action(description="Process again")
    def reprocess(
        self, request: HttpRequest, queryset: QuerySet[Video], profile: str | None = None
    ) -> None:
        """Start new runs, by the default profile unless one is named."""
        started = 0
        for video in queryset:
            try:
                processing.reprocess(video, profile=profile)
                started += 1
            except (processing.AlreadyProcessing, processing.NoSource, processing.VideoDeleted):
                self.message_user(
                    request,
                    f"{video}: is being processed, has no original or is in the trash.",
                    messages.WARNING,
                )
        self.message_user(request, f"{started} being processed again.", messages.SUCCESS)

    @action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        """Stop what is going on."""
        stopped = 0
        for video in queryset:
            try:
                processing.cancel(video)
                stopped += 1
            except processing.NothingToCancel:
                self.message_user(request, f"{video}: nothing is going on.", messages.WARNING)
        self.message_user(request, f"{stopped} canceled.", messages.SUCCESS)


class RenditionInline(TabularInline):
    """What a release is made of."""

    model = Rendition
    extra = 0
    can_delete = False
    fields = ("name", "codecs", "width", "height", "frame_rate", "bitrate", "peak_bitrate")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds one."""
        return False


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    """Releases and their renditions."""

    list_display = ("id", "state", "available_seconds", "created_at", "completed_at")
    list_filter = ("state",)
    search_fields = ("id",)
    ordering = ("-id",)
    exclude = ("report", "notices")
    readonly_fields = ("told", "checked")
    inlines = (RenditionInline,)

    @display(description="Notices")
    def told(self, release: Release) -> SafeString | str:
        """What differs from the file."""
        return _told(release)

    @display(description="Checked")
    def checked(self, release: Release) -> str:
        """What the checker found, a line for each thing."""
        if release.report is None:
            return "Not yet: it is checked when it is complete."
        return format_html("<pre>{}</pre>", "\n".join(report.lines(release.report)))


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Originals."""

    list_display = ("filename", "owner", "size", "origin", "created_at")
    list_filter = ("origin",)
    search_fields = ("id", "filename", "sha256", "owner__email")
    list_select_related = ("owner",)
    ordering = ("-id",)


@admin.register(StoredObject)
class StoredObjectAdmin(ReadOnlyAdmin):
    """Every object we wrote, are writing, or must delete."""

    list_display = (
        *("key", "storage", "role", "state", "fault", "bytes", "created_at", "delete_after"),
    )
    list_filter = ("state", "fault", "storage", "role")
    search_fields = ("=release__id", "=source__id", "=attempt", "key__startswith")
    show_full_result_count = False
    ordering = ("-id",)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """What is arriving."""

    list_display = ("filename", "owner", "received", "size", "created_at", "finished_at")
    list_select_related = ("owner",)
    ordering = ("-id",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The log."""

    list_display = ("position", "type", "video_id", "owner", "created_at")
    list_filter = ("type",)
    search_fields = ("video_id",)
    list_select_related = ("owner",)
    ordering = ("-position",)
