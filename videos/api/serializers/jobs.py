"""Serializers of jobs (``Run`` rows)."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rights import Right, may
from processing import profiles
from processing.models import Run, Task
from processing.monitoring import progress
from processing.queues import woken_for
from processing.services import MAX_PRIORITY
from videos.access import Viewer
from videos.api.fields import IdField, NumberField, TextField
from videos.api.serializers import plans
from videos.api.serializers.failures import ErrorSerializer
from videos.api.serializers.plans import PlanSerializer
from videos.api.serializers.progress import ProgressSerializer
from videos.api.strictness import StrictForm
from videos.api.vocabulary import PICTURE_KINDS, QUEUES, TASK_KINDS

_LOG_LINES = 40


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A step of a job. Where it runs and by which command (``worker``, ``argv``) is shown only to
    staff who may view tasks; others read null."""

    kind = serializers.ChoiceField(TASK_KINDS)
    queue = serializers.SerializerMethodField()
    worker = serializers.SerializerMethodField()
    argv = serializers.SerializerMethodField()
    log = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = (
            "id",
            "kind",
            "number",
            "queue",
            "state",
            "essential",
            "attempts",
            "crashes",
            "progress",
            "worker",
            "ready_at",
            "started_at",
            "finished_at",
            "not_before",
            "error",
            "argv",
            "log",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(QUEUES))
    def get_queue(self, task: Task) -> str:
        """The queue whose workers do this step."""
        return woken_for(task.queue)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_worker(self, task: Task) -> str | None:
        """The name of the worker that runs the step or ran it last; null for readers who may not
        view tasks."""
        return task.worker if self._for_staff else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField(), allow_null=True))
    def get_argv(self, task: Task) -> Any:
        """FFmpeg's arguments; null for readers who may not view tasks."""
        return task.argv if self._for_staff else None

    @property
    def _for_staff(self) -> bool:
        return may(self.context["request"].user, Right.VIEW_STEPS)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_log(self, task: Task) -> list[str]:
        """The last lines that FFmpeg wrote."""
        return task.log_tail.splitlines()[-_LOG_LINES:]

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, task: Task) -> Any:
        """The last error, even if the step is tried again."""
        return _error(task)


class JobSerializer(serializers.ModelSerializer[Run]):
    """A job without its steps."""

    video = serializers.UUIDField(source="video_id")
    profile = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    shared = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id",
            "video",
            "kind",
            "status",
            "profile",
            "priority",
            "over_budget",
            "progress",
            "error",
            "shared",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.BooleanField())
    def get_shared(self, run: Run) -> bool:
        """Whether the job made nothing, since its video shares the release of `duplicate_of`."""
        return run.is_shared

    @extend_schema_field(serializers.CharField())
    def get_profile(self, run: Run) -> str:
        """The name of the profile."""
        return str(run.profile["name"])

    @extend_schema_field(ProgressSerializer())
    def get_progress(self, run: Run) -> Any:
        """The progress of the job."""
        return ProgressSerializer(progress.run_progress(run)).data

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, run: Run) -> Any:
        """Why the job failed, or null."""
        return _error(run)


class JobDetailSerializer(JobSerializer):
    """A job with its plan and its steps."""

    plan = serializers.SerializerMethodField()
    tasks = TaskSerializer(many=True)

    class Meta(JobSerializer.Meta):
        fields = (*JobSerializer.Meta.fields, "plan", "tasks")  # type: ignore[assignment]  # more
        read_only_fields = fields  # type: ignore[assignment]  # more

    @extend_schema_field(PlanSerializer(allow_null=True))
    def get_plan(self, run: Run) -> Any:
        """What the job makes and why; null until the file has been inspected."""
        return plans.told(run.plan) if run.plan else None


class JobSubmitSerializer(StrictForm):
    """Process a video again."""

    read_only_members = JobDetailSerializer.Meta.fields
    video = IdField()
    profile = TextField(
        required=False, help_text="the name of a profile; without it the default profile is used"
    )
    priority = NumberField(required=False, min_value=0, max_value=MAX_PRIORITY)

    def validate_profile(self, profile: str) -> str:
        """Return the name if such a profile exists; raise ``ValidationError`` otherwise."""
        known = profiles.names()
        if profile not in known:
            raise serializers.ValidationError(
                f'There is no profile "{profile}". Choose one of: {", ".join(known)}.',
                code="invalid_choice",
            )
        return profile

    def validate_priority(self, priority: int) -> int:
        """Reject a priority above that of the user's plan, unless the user may prioritize jobs."""
        return _allowed(self, priority)


class ReprocessSerializer(StrictForm):
    """Process a video again, or only make some of its pictures again."""

    only = serializers.ListField(
        child=serializers.ChoiceField(PICTURE_KINDS),
        required=False,
        min_length=1,
        max_length=len(PICTURE_KINDS),
        help_text="the kinds of pictures to make again; without it the whole video is processed",
    )


class JobEditSerializer(StrictForm):
    """The new priority of a job: higher to hurry it, lower to let others go first."""

    read_only_members = JobDetailSerializer.Meta.fields
    priority = NumberField(min_value=0, max_value=MAX_PRIORITY)

    def validate_priority(self, priority: int) -> int:
        """Reject a priority above that of the user's plan, unless the user may prioritize jobs."""
        return _allowed(self, priority)


def _allowed(form: serializers.Serializer[Any], priority: int) -> int:
    viewer = cast("Viewer", form.context["request"].user)
    if viewer.is_anonymous or may(viewer, Right.PRIORITIZE):
        return priority
    if priority > viewer.terms.priority:
        raise serializers.ValidationError(
            f"Your plan gives a priority of {viewer.terms.priority} at most.",
            code="priority_not_allowed",
        )
    return priority


def _error(row: Run | Task) -> Any:
    if not row.error_code:
        return None
    return ErrorSerializer({"code": row.error_code, "message": row.error_message}).data
