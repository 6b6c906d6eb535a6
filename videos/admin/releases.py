"""Releases and originals in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import TabularInline, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.admin.base import NOTHING, chip, link, listing
from processing.packaging import report
from videos import lifetimes
from videos.admin.rows import OfVideoAdmin
from videos.models import Release, Rendition, Source, StoredObject, Video
from videos.pages import cards, words


class RenditionInline(TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    """The renditions of a release."""

    model = Rendition
    extra = 0
    can_delete = False
    fields = ("codecs", "size", "frames", "average", "peak")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: renditions are not added by hand."""
        return False

    @display(description="Size")
    def size(self, one: Rendition) -> str:
        """Return the size in pixels."""
        return f"{one.width} × {one.height}" if one.width else NOTHING  # noqa: RUF001  # the sign

    @display(description="Frame rate")
    def frames(self, one: Rendition) -> str:
        """Return the frame rate in frames per second."""
        return f"{float(one.frame_rate):.4g} frames/s" if one.frame_rate else NOTHING

    @display(description="Bitrate")
    def average(self, one: Rendition) -> str:
        """Return the average bitrate."""
        return _rate(one.bitrate)

    @display(description="Peak bitrate")
    def peak(self, one: Rendition) -> str:
        """Return the peak bitrate."""
        return _rate(one.peak_bitrate)


def _rate(bits: int | None) -> str:
    return f"{bits / 1000:,.0f} kbit/s" if bits else NOTHING


@admin.register(Release)
class ReleaseAdmin(OfVideoAdmin):
    """Releases, named by their videos."""

    video_path = "run__video"

    list_display = ("name", "standing", "plays", "created_at", "completed_at")
    list_filter = ("state",)
    search_fields = ("=id", "run__video__title")
    list_select_related = ("run__video",)
    ordering = ("-id",)
    fields = (
        *("name", "standing", "plays", "job", "told", "checked", "objects_stored"),
        *("created_at", "completed_at", "id"),
    )
    readonly_fields = fields
    inlines = (RenditionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        """Return the releases without their reports and notices, which lists do not need."""
        found = super().get_queryset(request).defer("report", "notices")
        return cast("QuerySet[Release]", found.select_related("run__video"))

    def title_of(self, row: Release) -> str:
        """Return a title that names the video."""
        return f"Release of {self.name(row)}"

    @display(description="Video")
    def name(self, release: Release) -> SafeString | str:
        """Return the title of the release's video."""
        run = getattr(release, "run", None)
        video: Video | None = run.video if run else release.videos.first()
        return str(video) if video else "A release of no video"

    @display(description="State", ordering="state")
    def standing(self, release: Release) -> SafeString:
        """Return the state of the release."""
        return chip(release.state, release.get_state_display())

    @display(description="Plays")
    def plays(self, release: Release) -> str:
        """Return the playable duration."""
        return words.duration(release.available_seconds) if release.available_seconds else NOTHING

    @display(description="Job")
    def job(self, release: Release) -> SafeString | str:
        """Return a link to the job that made the release."""
        return link(
            getattr(release, "run", None),
            "The job that made it",
            viewer=cast(Any, release).viewed_by,
        )

    @display(description="Notices")
    def told(self, release: Release) -> SafeString | str:
        """Return the notices: how the release differs from its file."""
        lines = ((one["message"], one["code"]) for one in release.notices or [])
        return format_html_join("", "<p>{} <code>{}</code></p>", lines) or NOTHING

    @display(description="Checked")
    def checked(self, release: Release) -> SafeString | str:
        """Return the findings of the release check, one line each."""
        if release.report is None:
            return "Not yet; a release is checked when it is complete."
        lines = ((line,) for line in report.lines(release.report))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    @display(description="Stored objects")
    def objects_stored(self, release: Release) -> SafeString | str:
        """Return a link to the stored objects of the release."""
        viewer = cast(Any, release).viewed_by
        return listing(StoredObject, "All objects of this release", viewer=viewer, q=release.pk)


@admin.register(Source)
class SourceAdmin(OfVideoAdmin):
    """Originals, the uploaded or imported source files."""

    video_path = "videos"

    list_display = ("filename", "owner", "bytes", "origin", "created_at")
    list_filter = ("origin", ("dropped_at", admin.EmptyFieldListFilter))
    search_fields = ("filename", "=sha256", "owner__email", "=id")
    list_select_related = ("owner",)
    ordering = ("-id",)
    fields = (
        *("filename", "of", "used_by", "bytes", "origin", "origin_url", "found_there", "sha256"),
        *("key", "created_at", "dropped_at", "id"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        """Return the originals without the probe's results, which lists do not need."""
        found = super().get_queryset(request).defer("facts", "media", "provenance")
        return cast("QuerySet[Source]", found)

    @display(description="Size", ordering="size")
    def bytes(self, source: Source) -> str:
        """Return the size in the units that file managers use."""
        return words.size(source.size)

    @display(description="Owner")
    def of(self, source: Source) -> SafeString | str:
        """Return a link to the owner."""
        return link(source.owner, viewer=cast(Any, source).viewed_by)

    @display(description="Videos")
    def used_by(self, source: Source) -> SafeString | str:
        """Return links to the first 20 videos that were made from this original."""
        viewer = cast(Any, source).viewed_by
        named = ((link(video, viewer=viewer),) for video in source.videos.all()[:20])
        return format_html_join(", ", "{}", named) or NOTHING

    @display(description="What was found")
    def found_there(self, source: Source) -> SafeString | str:
        """Return the probe's results in words."""
        facts = cards.source_facts(source, lifetimes.seconds_of(source.found))
        facts = [fact for fact in facts if fact[1]]
        return format_html_join("", "<p>{}: {}</p>", facts) or "Not inspected yet"
