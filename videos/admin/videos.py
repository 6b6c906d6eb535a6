"""The admin's list and page of videos."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.views.main import ChangeList
from django.db.models import Field, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts import audit_admin
from accounts.models import User
from config.admin.acts import Act, ActingAdmin
from config.admin.base import NOTHING, chip, link, listing
from processing import profiles
from processing.models import Run
from processing.monitoring import progress
from videos import access, editing, search
from videos.admin import contents, review, tracks, video_acts
from videos.admin.asked import Asked, owners_named
from videos.admin.filters import ByErrorCode, Deleted, HasNotices
from videos.models import ModerationDecision, Video
from videos.moderation import queue, reasons
from videos.pages import cards, words
from videos.playback import pictures
from videos.playback import services as playback
from videos.playback.picture_shapes import Pictures

MODERATION = {
    Video.Moderation.PENDING: "Waiting for approval",
    Video.Moderation.APPROVED: "Approved",
    Video.Moderation.REJECTED: "Rejected",
}


class VideoList(ChangeList):
    """Reads the progress of the videos of one page only.

    SQLite would read that of all videos, and then sort them.
    """

    def get_results(self, request: HttpRequest) -> None:
        """Find the ids of the page first, then its rows."""
        super().get_results(request)
        ids = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.filter(pk__in=ids).order_by()
        found = self.apply_select_related(rows).in_bulk()
        self.result_list = [found[pk] for pk in ids if pk in found]


@admin.register(Video)
class VideoAdmin(ActingAdmin):
    """Videos: their editable fields, their state and the actions on them."""

    empty_hint = "The videos of all users appear here. The button at the top uploads one."
    list_display = ("picture", "name", "of", "state", "decision", "visibility", "created_at")
    list_display_links = ("name",)
    list_filter = (
        *("status", "moderation", "visibility", Deleted),
        *("media_type", ByErrorCode, HasNotices),
    )
    search_fields = ("title",)  # Django shows the field because of it; see get_search_results
    search_help_text = "Words of title, description, tags, file name or provenance; owner; or id"
    list_select_related = ("owner", "source", "release")
    ordering = ("-id",)
    change_form_template = "admin/video.html"
    fieldsets = (
        (None, {"fields": ("title", "description", "visibility")}),
        (
            "State",
            {"fields": ("state", "failure", "decision", "reason", "of", "deleted_at")},
        ),
        ("What was made", {"fields": ("notices", "made", "original", "tracks", "history_of_jobs")}),
        ("What is in it", {"fields": ("facts", "alike")}),
        ("Dates", {"fields": ("created_at", "ready_at", "log")}),
    )
    readonly_fields = (
        *("state", "failure", "decision", "reason", "of", "deleted_at", "notices", "made"),
        *("original", "tracks", "history_of_jobs", "facts", "alike"),
        *("created_at", "ready_at", "log"),
    )
    acts = video_acts.ACTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Video]:
        """Return the videos that the user may see. The same query loads their progress."""
        seen = access.seen_by_staff(cast(User, request.user))
        return progress.with_run(seen.order_by("-id"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as in the library; and by whole ids, and parts of the owner's address."""
        for word in (asked := Asked.read(search_term)).addresses:
            queryset = queryset.filter(owner__in=owners_named(word))
        if asked.ids:
            queryset = queryset.filter(pk__in=asked.ids)
        if asked.text:
            owners = owners_named(asked.text)
            queryset = search.narrowed(queryset, asked.text, owners=owners)
        return queryset, False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that reads progress page by page."""
        return VideoList

    def get_urls(self) -> list[URLPattern]:
        """Return the URLs, with the review's URLs before those of single videos."""
        see = self.admin_site.admin_view
        return [
            path("review/", see(review.first), name="videos_video_review"),
            path("review/<uuid:video_id>/", see(review.one), name="videos_video_review_one"),
            *super().get_urls(),
        ]

    def get_acts(self, request: HttpRequest) -> list[Act]:
        """Return the actions, including one "Process again" for each profile."""
        acts = super().get_acts(request)
        if video_acts.REPROCESS in acts:
            at = acts.index(video_acts.REPROCESS) + 1
            acts[at:at] = [video_acts.reprocess_by(name) for name in profiles.names()]
        return acts

    def page_acts(self, request: HttpRequest) -> list[Act]:
        """Return the actions of a video's page. Only lists offer an action for each profile."""
        return super().get_acts(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: videos come by upload or import."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: the delete actions are used instead, since they stop the work first and
        keep the video in the trash for a while."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Video | None = None) -> bool:
        """Return whether the user may edit the video; a deleted one must be restored first."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.deleted_at is None)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Send the shown value along as a hidden initial value. A field that the owner changed in
        the meantime then counts as unchanged here and is not set back."""
        return super().formfield_for_dbfield(db_field, request, show_hidden_initial=True, **kwargs)

    def save_model(self, request: HttpRequest, obj: Video, form: Any, change: bool) -> None:
        """Write only the changed fields; ``editing.edit`` records the change in the owner's
        feed."""
        editing.edit(obj, **{name: form.cleaned_data[name] for name in form.changed_data})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Render the page with the player, the pictures and the decisions."""
        video = kwargs.get("obj")
        if video is not None:
            prefetch_related_objects([video], "release__pictures")
            choose = video_acts.POSTER
            may_choose = choose.is_allowed(request) and choose.applies(video)
            context |= {
                **_pictures(video, cast(User, request.user)),
                "choosing": choose if may_choose else None,
                "video": video,
                "watch": cards.watch(video, cast(User, request.user)),
                "decisions": self._decisions(request, video.pk),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _decisions(self, request: HttpRequest, video_id: UUID) -> list[ModerationDecision]:
        if not request.user.has_perm("videos.view_moderationdecision"):
            return []
        return list(queue.decisions_on(video_id)[:10])

    @display(description="")
    def picture(self, video: Video) -> SafeString:
        """Return the poster as a thumbnail; all thumbnails have the same size."""
        viewer = cast(Any, video).viewed_by
        small = playback.small_poster_url(video, viewer, held=True)
        poster = small or playback.poster_url(video, viewer, held=True)
        if poster is None:
            return format_html('<span class="{}"></span>', "thumb")
        return format_html(
            '<img class="thumb" src="{}" alt="" width="96" height="54" loading="lazy">', poster
        )

    @display(description="Title", ordering="title")
    def name(self, video: Video) -> str:
        """Return the title."""
        return video.title or "Untitled"

    @display(description="Owner", ordering="owner__email")
    def of(self, video: Video) -> SafeString | str:
        """Return a link to the owner."""
        return link(video.owner, viewer=cast(Any, video).viewed_by)

    @display(description="Status", ordering="status")
    def state(self, video: Video) -> SafeString:
        """Return the status, and the progress while a job is running."""
        if video.deleted_at is not None:
            return chip("deleted", "Deleted")
        working = cards.working(video)
        said = words.STATUSES[Video.Status(video.status)]
        if working is None:
            return chip(video.status, said)
        begun = "Processing again" if video.status == Video.Status.READY else said
        return chip("processing", f"{begun}: {working.stage}, {working.percent:.0f} %")

    @display(description="Moderation", ordering="moderation")
    def decision(self, video: Video) -> SafeString:
        """Return the current moderation decision."""
        return chip(video.moderation, MODERATION[Video.Moderation(video.moderation)])

    @display(description="Reason")
    def reason(self, video: Video) -> str:
        """Return the reason of the rejection."""
        if not video.moderation_code:
            return NOTHING
        return f"{reasons.label(video.moderation_code)}: {video.moderation_message}"

    @display(description="Error")
    def failure(self, video: Video) -> SafeString | str:
        """Return the error message with its code."""
        if not video.error_code:
            return NOTHING
        return format_html("{} <code>{}</code>", video.error_message, video.error_code)

    @display(description="Notices")
    def notices(self, video: Video) -> SafeString | str:
        """Return the notices: how the release differs from the file."""
        told = (video.release.notices if video.release else None) or []
        lines = ((one["message"], one["code"]) for one in told)
        return format_html_join("", "<p>{} <code>{}</code></p>", lines) or NOTHING

    @display(description="Release")
    def made(self, video: Video) -> SafeString | str:
        """Return a link to the release that plays now."""
        if video.release is None:
            return NOTHING
        return link(video.release, "What plays now", viewer=cast(Any, video).viewed_by)

    @display(description="Original")
    def original(self, video: Video) -> SafeString | str:
        """Return a link to the original file."""
        if video.source is None:
            return NOTHING
        said = f"{video.source.filename}, {words.size(video.source.size)}"
        return link(video.source, said, viewer=cast(Any, video).viewed_by)

    @display(description="Tracks")
    def tracks(self, video: Video) -> SafeString | str:
        """Return the tracks of the video, with links to their editors."""
        return tracks.of(video, cast(Any, video).viewed_by)

    @display(description="Measured")
    def facts(self, video: Video) -> SafeString | str:
        """Return what was measured of the release that plays now."""
        return contents.facts(video) or NOTHING

    @display(description="Shows the same scenes")
    def alike(self, video: Video) -> SafeString | str:
        """Return links to the videos that are like it, for moderators."""
        return contents.alike_to(video, cast(Any, video).viewed_by) or NOTHING

    @display(description="Jobs")
    def history_of_jobs(self, video: Video) -> SafeString | str:
        """Return a link to all jobs of the video."""
        viewer = cast(Any, video).viewed_by
        return listing(Run, "All jobs of this video", viewer=viewer, video__id__exact=video.pk)

    @display(description="Audit log")
    def log(self, video: Video) -> SafeString | str:
        """Return a link to what was done to the video, and by whom."""
        return audit_admin.links_to(video, viewer=cast(Any, video).viewed_by)


def _pictures(video: Video, viewer: User) -> dict[str, Any]:
    """Return the pictures for the page, and which of the candidates is the poster: the one of the
    same time. There are none of a video in the trash."""
    shown = pictures.of(video, viewer, held=True)
    if video.deleted_at is not None or shown == Pictures():
        return {}
    return {"pictures": shown, "chosen": pictures.chosen(video, shown.candidates)}
