"""Runs, tasks and workers, for those who are paged."""

from collections.abc import Callable
from typing import cast

from django.contrib import admin, messages
from django.contrib.admin import site
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_dramatiq.models import Task as DramatiqTask
from unfold.admin import TabularInline
from unfold.decorators import action, display

from processing import admin_plans, services
from processing.admin_profiles import EncodingProfileAdmin
from processing.models import DutyRun, EncodingProfile, Reconciler, Run, Task, Worker
from processing.workers.presence import ALIVE_WITHIN
from videos.admin import ReadOnlyAdmin

# Its rows stay empty: attempts and results stand in our own tasks.
site.unregister(DramatiqTask)
site.register(EncodingProfile, EncodingProfileAdmin)

_RUN_COLOURS = {
    Run.Status.QUEUED: "info",
    Run.Status.RUNNING: "warning",
    Run.Status.SUCCEEDED: "success",
    Run.Status.FAILED: "danger",
    Run.Status.CANCELED: "",
}
_TASK_COLOURS = {
    Task.State.BLOCKED: "",
    Task.State.READY: "info",
    Task.State.RUNNING: "warning",
    Task.State.DONE: "success",
    Task.State.FAILED: "danger",
    Task.State.CANCELED: "",
}


class TaskInline(TabularInline):
    """The steps of a run."""

    model = Task
    extra = 0
    can_delete = False
    show_change_link = True
    fields = ("kind", "number", "state", "progress", "attempts", "crashes", "worker", "error_code")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Tasks are planned, not added."""
        return False


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs and their tasks."""

    list_display = (
        "id",
        "video",
        "kind",
        "state",
        "priority",
        "error_code",
        "created_at",
        "finished_at",
    )
    list_filter = ("status", "kind", "over_budget", "error_code")
    search_fields = ("id", "video__id", "video__title", "video__owner__email")
    list_select_related = ("video",)
    ordering = ("-id",)
    exclude = ("plan",)
    readonly_fields = ("made",)
    inlines = (TaskInline,)
    actions = ("cancel", "retry", "hurry")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Without the plans in lists."""
        return cast("QuerySet[Run]", super().get_queryset(request).defer("plan"))

    @display(description="What is made, and why")
    def made(self, run: Run) -> str:
        """The plan, readable."""
        return admin_plans.shown(run.plan)

    @display(description="Status", label=_RUN_COLOURS, ordering="status")
    def state(self, run: Run) -> tuple[str, str]:
        """The status, readable."""
        return run.status, run.get_status_display()

    @action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Stop the chosen runs that are not over."""
        stopped = _each(queryset, services.cancel_run, services.NothingToCancel)
        self.message_user(request, f"{stopped} canceled.", messages.SUCCESS)

    @action(description="Retry what failed")
    def retry(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Do again only what failed in the chosen runs."""
        refusals = (services.NothingToRetry, services.AlreadyProcessing, services.NoSource)
        begun = _each(queryset, services.retry, *refusals)
        self.message_user(request, f"{begun} being retried.", messages.SUCCESS)

    @action(description="Put first in the queue")
    def hurry(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Give the chosen runs that are not over the highest priority."""
        active = queryset.filter(status__in=Run.ACTIVE)
        moved = _each(active, lambda run: services.prioritize(run, services.MAX_PRIORITY))
        self.message_user(request, f"{moved} put first.", messages.SUCCESS)


def _each(runs: QuerySet[Run], act: Callable[[Run], object], *refusals: type[Exception]) -> int:
    """Act on each run; how many did not refuse."""
    acted = 0
    for run in runs:
        try:
            act(run)
            acted += 1
        except refusals:
            continue
    return acted


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks: what they wait for, who holds them, why they failed."""

    exclude = ("counted",)
    list_display = (
        "kind",
        "number",
        "run",
        "queue",
        "state_label",
        "done",
        "attempts",
        "crashes",
        "worker",
        "not_before",
        "error_code",
    )
    list_filter = ("state", "kind", "queue", "error_code", "worker")
    search_fields = ("id", "run__id", "run__video__id")
    list_select_related = ("run",)
    ordering = ("-id",)

    @display(description="State", label=_TASK_COLOURS, ordering="state")
    def state_label(self, task: Task) -> tuple[str, str]:
        """The state, readable."""
        return task.state, task.get_state_display()

    @display(description="Progress", ordering="progress")
    def done(self, task: Task) -> str:
        """Percent of this task."""
        return f"{task.progress:.0%}"


class ProcessAdmin(ReadOnlyAdmin):
    """Processes as they last said of themselves."""

    @display(description="Alive", boolean=True)
    def alive(self, process: Reconciler | Worker) -> bool:
        """Whether it was seen lately."""
        return timezone.now() - process.last_seen < ALIVE_WITHIN


@admin.register(Reconciler)
class ReconcilerAdmin(ProcessAdmin):
    """Who reconciles."""

    list_display = ("name", "alive", "host", "version", "started_at", "last_seen")


@admin.register(DutyRun)
class DutyRunAdmin(ReadOnlyAdmin):
    """What the reconcilers do, when it ran last, and what went wrong."""

    list_display = (
        "name",
        "well",
        "finished_at",
        "count",
        "seconds",
        "next_at",
        "holder",
        "failures",
        "last_error",
    )
    ordering = ("name",)

    @display(description="Well", boolean=True)
    def well(self, duty: DutyRun) -> bool:
        """Whether its last run ended without an error."""
        return duty.failures == 0


@admin.register(Worker)
class WorkerAdmin(ProcessAdmin):
    """Who works."""

    list_display = (
        "name",
        "alive",
        "queues",
        "current_task",
        "waits_because",
        "version",
        "started_at",
        "last_seen",
    )
    list_select_related = ("current_task",)
