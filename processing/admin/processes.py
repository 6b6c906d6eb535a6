"""Workers, reconcilers and their duties."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import display
from django.utils import timezone
from django.utils.safestring import SafeString

from config.admin.base import NOTHING, ReadOnlyAdmin, chip, link
from processing.models import DutyRun, Reconciler, Worker
from processing.workers.registry import ALIVE_WITHIN
from videos import access


class ProcessAdmin(ReadOnlyAdmin):
    """Processes, as they last reported themselves."""

    @display(description="State")
    def alive(self, process: Reconciler | Worker) -> SafeString:
        """Whether the process was seen lately."""
        if timezone.now() - process.last_seen < ALIVE_WITHIN:
            return chip("alive", "Alive")
        return chip("silent", "Not seen lately")


@admin.register(Reconciler)
class ReconcilerAdmin(ProcessAdmin):
    """The reconcilers."""

    list_display = ("name", "alive", "host", "version", "started_at", "last_seen")
    fields = list_display
    readonly_fields = list_display


@admin.register(DutyRun)
class DutyRunAdmin(ReadOnlyAdmin):
    """The duties of the reconcilers, with their last runs and errors."""

    list_display = (
        *("name", "well", "finished_at", "count", "took", "next_at", "holder"),
        *("failures", "last_error"),
    )
    fields = (*list_display, "machine", "started_at", "held_until")
    readonly_fields = fields
    ordering = ("name",)

    @display(description="State")
    def well(self, duty: DutyRun) -> SafeString:
        """Whether its last run ended without an error."""
        return chip("failed", "Fails") if duty.failures else chip("done", "Well")

    @display(description="Took", ordering="seconds")
    def took(self, duty: DutyRun) -> str:
        """How long the last run took."""
        return f"{duty.seconds:.2f} s"


@admin.register(Worker)
class WorkerAdmin(ProcessAdmin):
    """The workers."""

    empty_hint = "No worker has started yet: without one no video is processed."
    list_display = (
        *("name", "alive", "serves", "works_on", "waits_because", "version"),
        *("started_at", "last_seen"),
    )
    list_select_related = ("current_task__run__video",)
    fields = (*list_display, "host", "machine", "pid")
    readonly_fields = fields

    @display(description="Queues")
    def serves(self, worker: Worker) -> str:
        """The queues that the worker takes tasks from."""
        return ", ".join(worker.queues) or NOTHING

    @display(description="Works on")
    def works_on(self, worker: Worker) -> SafeString | str:
        """The worker's current step and its video."""
        task = worker.current_task
        if task is None:
            return NOTHING
        viewer = cast(Any, worker).viewed_by
        if not access.may_inspect(task.run.video, viewer):
            return str(task)
        return link(task, f"{task} of {task.run.video}", viewer=viewer)
