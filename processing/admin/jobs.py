"""Jobs and their steps, for operators who look into a problem."""

from __future__ import annotations

import shlex
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import TabularInline, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.rights import Right
from config.admin.acts import Act, ActingAdmin
from config.admin.base import NOTHING, chip, link
from processing import services
from processing.admin import plans
from processing.models import Run, Task
from processing.queues import woken_for
from videos.admin.filters import ByErrorCode
from videos.admin.rows import OfVideoAdmin

_SEES = (Right.VIEW_VIDEOS, Right.VIEW_JOBS)

CANCEL = Act(
    name="cancel",
    label="Cancel",
    asks="These jobs are stopped. What they have produced so far is kept for a day, for a retry.",
    done="canceled",
    rights=(*_SEES, Right.CANCEL),
    do=lambda doing: services.cancel_run(doing.row),
    refusals={services.NothingToCancel: "is over already."},
    applies=lambda run: run.status in Run.ACTIVE,
)
RETRY = Act(
    name="retry",
    label="Retry what failed",
    asks="Only what failed or was canceled is repeated; finished parts are reused.",
    done="being retried",
    rights=(*_SEES, Right.REPROCESS),
    do=lambda doing: services.retry(doing.row),
    refusals={
        services.NothingToRetry: "has not failed, or is not the newest of its video.",
        services.AlreadyProcessing: "its video is being processed already.",
        services.NoSource: "its video has no stored original.",
        services.OriginalDropped: "the original was dropped, as its owner chose.",
        services.VideoDeleted: "its video is in the trash: restore it first.",
    },
    applies=lambda run: run.status in (Run.Status.FAILED, Run.Status.CANCELED),
)


class _Over(Exception):
    """Raised when a job that should be put first is over."""


def _hurry(run: Run) -> None:
    if not Run.objects.filter(pk=run.pk, status__in=Run.ACTIVE).exists():
        raise _Over
    services.prioritize(run, services.MAX_PRIORITY)


HURRY = Act(
    name="hurry",
    label="Put first in the queue",
    asks="These jobs move before all others that are waiting.",
    done="put first",
    rights=(*_SEES, Right.PRIORITIZE),
    do=lambda doing: _hurry(doing.row),
    refusals={_Over: "is over already."},
    applies=lambda run: run.status in Run.ACTIVE,
)


class TaskInline(TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    """The steps of a job."""

    model = Task
    extra = 0
    can_delete = False
    show_change_link = True
    fields = ("state_label", "done", "attempts", "crashes", "took", "worker", "error_code")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Steps are planned, not added."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Return the steps without their commands and logs."""
        tasks = super().get_queryset(request).defer("argv", "log_tail", "counted", "input")
        return cast("QuerySet[Task]", tasks.order_by("pk"))

    @display(description="State")
    def state_label(self, task: Task) -> SafeString:
        """The state as a readable label."""
        return chip(task.state, task.get_state_display())

    @display(description="Progress")
    def done(self, task: Task) -> str:
        """The done share of this step in percent."""
        return f"{task.progress:.0%}"

    @display(description="Took")
    def took(self, task: Task) -> str:
        """The time from the start to the end of this step."""
        return _took(task)


@admin.register(Run)
class RunAdmin(ActingAdmin, OfVideoAdmin):
    """Jobs, each named by its video."""

    empty_hint = "A job appears here when a video is uploaded."
    list_display = (
        *("name", "kind", "state", "profile_name", "priority", "worked_on"),
        *("error_code", "created_at", "finished_at"),
    )
    list_filter = ("status", "kind", "over_budget", ByErrorCode)
    search_fields = ("video__title", "video__owner__email", "=id", "=video__id")
    list_select_related = ("video", "video__owner")
    ordering = ("-id",)
    fields = (
        *("of", "owner", "kind", "state", "failure", "profile_name", "priority", "budget"),
        *("made", "result", "created_at", "started_at", "finished_at", "request_id", "id"),
    )
    readonly_fields = (*fields, "worked_on", "name")
    inlines = (TaskInline,)
    acts = (CANCEL, RETRY, HURRY)
    narrowed_by_links = ("video__id__exact",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Return the jobs without loading their plans, which lists do not show."""
        runs = super().get_queryset(request).defer("plan").select_related("video__owner")
        return cast("QuerySet[Run]", runs)

    def title_of(self, row: Run) -> str:
        """Return the title of the job's video."""
        return str(row.video)

    @display(description="Video", ordering="video__title")
    def name(self, run: Run) -> str:
        """The title of the job's video."""
        return run.video.title or "Untitled"

    @display(description="Video")
    def of(self, run: Run) -> SafeString | str:
        """A link to the job's video."""
        return link(run.video, viewer=cast(Any, run).viewed_by)

    @display(description="Owner", ordering="video__owner__email")
    def owner(self, run: Run) -> SafeString | str:
        """A link to the video's owner."""
        return link(run.video.owner, viewer=cast(Any, run).viewed_by)

    @display(description="Owner", ordering="video__owner__email")
    def worked_on(self, run: Run) -> str:
        """The email address of the video's owner."""
        return run.video.owner.email

    @display(description="Profile")
    def profile_name(self, run: Run) -> str:
        """The name of the job's encoding profile."""
        return str(run.profile.get("name", NOTHING))

    @display(description="Budget")
    def budget(self, run: Run) -> str:
        """Whether the job is over its owner's budget and waits behind those of others."""
        if run.over_budget:
            return (
                "Over budget: its owner asked for more than a day's work, so it waits behind "
                "jobs of others"
            )
        return "Within its owner's budget"

    @display(description="Release")
    def result(self, run: Run) -> SafeString | str:
        """A link to the release that the job made."""
        return link(run.release, "What it made", viewer=cast(Any, run).viewed_by)

    @display(description="What is made, and why")
    def made(self, run: Run) -> str:
        """The plan as readable text."""
        return plans.shown(run.plan)

    @display(description="Status", ordering="status")
    def state(self, run: Run) -> SafeString:
        """The status as a readable label."""
        return chip(run.status, run.get_status_display())

    @display(description="Error")
    def failure(self, run: Run) -> SafeString | str:
        """The error message and code of a failed job."""
        return _failure(run)


@admin.register(Task)
class TaskAdmin(OfVideoAdmin):
    """Steps, with what they wait for, which worker holds them, and why they failed."""

    video_path = "run__video"

    list_display = (
        *("step", "video", "state_label", "done", "attempts", "crashes", "worker"),
        *("not_before", "error_code"),
    )
    list_filter = ("state", "kind", ByErrorCode)
    search_fields = ("run__video__title", "=worker", "=id", "=run__id", "=run__video__id")
    list_select_related = ("run__video",)
    ordering = ("-id",)
    fields = (
        *("step", "of", "job", "state_label", "done", "attempts", "crashes", "failure"),
        *("served_by", "worker", "waits_for", "not_before", "took", "command", "log"),
        *("ready_at", "started_at", "finished_at", "id"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        """Return the steps without loading commands and logs, which lists do not show."""
        tasks = super().get_queryset(request).select_related("run__video")
        heavy = ("argv", "log_tail", "counted", "input", "run__plan", "run__profile")
        return cast("QuerySet[Task]", tasks.defer(*heavy))

    @display(description="Step", ordering="kind")
    def step(self, task: Task) -> str:
        """The kind of the step, and its number among those of its kind."""
        return f"{task.kind} {task.number}"

    @display(description="Video", ordering="run__video__title")
    def video(self, task: Task) -> str:
        """The title of the step's video."""
        return task.run.video.title or "Untitled"

    @display(description="Video")
    def of(self, task: Task) -> SafeString | str:
        """A link to the step's video."""
        return link(task.run.video, viewer=cast(Any, task).viewed_by)

    @display(description="Job")
    def job(self, task: Task) -> SafeString | str:
        """A link to the step's job."""
        viewer = cast(Any, task).viewed_by
        return link(task.run, f"{task.run.get_kind_display()} job", viewer=viewer)

    @display(description="State", ordering="state")
    def state_label(self, task: Task) -> SafeString:
        """The state as a readable label."""
        return chip(task.state, task.get_state_display())

    @display(description="Progress", ordering="progress")
    def done(self, task: Task) -> str:
        """The done share of this step in percent."""
        return f"{task.progress:.0%}"

    @display(description="Queue")
    def served_by(self, task: Task) -> str:
        """The queue whose workers perform the step."""
        return woken_for(task.queue)

    @display(description="Took")
    def took(self, task: Task) -> str:
        """The time from the start to the end of this step."""
        return _took(task)

    @display(description="Error")
    def failure(self, task: Task) -> SafeString | str:
        """The last error message and code."""
        return _failure(task)

    @display(description="Command")
    def command(self, task: Task) -> SafeString | str:
        """The FFmpeg command, as it would be typed in a shell."""
        if not task.argv:
            return NOTHING
        return format_html('<pre tabindex="0">{}</pre>', shlex.join(map(str, task.argv)))

    @display(description="Last lines of its log")
    def log(self, task: Task) -> SafeString | str:
        """The last lines that FFmpeg wrote."""
        return (
            format_html('<pre tabindex="0">{}</pre>', task.log_tail) if task.log_tail else NOTHING
        )


def _failure(row: Run | Task) -> SafeString | str:
    if not row.error_code:
        return NOTHING
    return format_html("{} <code>{}</code>", row.error_message, row.error_code)


def _took(task: Task) -> str:
    if task.started_at is None or task.finished_at is None:
        return NOTHING
    return f"{(task.finished_at - task.started_at).total_seconds():.1f} s"
