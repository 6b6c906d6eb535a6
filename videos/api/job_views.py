"""API views of jobs: list, read, submit, cancel, retry and prioritize them."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from processing import services as processing
from processing.models import Run, Task
from processing.monitoring import progress
from videos import access, ids, quotas
from videos.api import preconditions
from videos.api.filters import JobFilter
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.jobs import (
    JobDetailSerializer,
    JobEditSerializer,
    JobSerializer,
    JobSubmitSerializer,
)
from videos.api.strictness import StrictRequests
from videos.idempotency import Made
from videos.models import Video


def jobs_of(viewer: access.Viewer) -> QuerySet[Run]:
    """Return the jobs that a viewer may see: those of their own videos, and for staff who may view
    jobs those of all videos that they may inspect."""
    jobs = Run.objects.select_related("source").filter(video__in=access.with_jobs_for(viewer))
    return progress.with_progress(jobs)


class JobViewSet(StrictRequests, mixins.ListModelMixin, viewsets.GenericViewSet[Run]):
    """The jobs of one's own videos (staff: of all videos), newest first."""

    queryset = Run.objects.none()
    serializer_class = JobSerializer
    filterset_class = JobFilter
    lookup_value_converter = ids.CONVERTER
    bodies = {"create": JobSubmitSerializer, "partial_update": JobEditSerializer}
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[Run]:
        """Return the jobs; a single job comes with its steps, the list without."""
        jobs = jobs_of(self.request.user)
        if self.action == "list":
            return jobs.defer("plan")
        return jobs.prefetch_related(Prefetch("tasks", Task.objects.order_by("id")))

    @extend_schema(responses=JobDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return one job with its steps, including timings, errors, FFmpeg's arguments and its last
        lines."""
        return self._answer(self.get_object(), HTTPStatus.OK)

    @extend_schema(request=JobSubmitSerializer, responses={202: JobDetailSerializer})
    def create(self, request: Request) -> Response:
        """Process a video again, with a profile of the caller's choice."""
        form = JobSubmitSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        wanted = dict(form.validated_data)
        seen = access.visible_to(request.user).select_related("source", "owner")
        video = get_object_or_404(seen, pk=wanted.pop("video"))
        _require(access.may_reprocess(video, request.user))
        if video.owner_id == request.user.pk:
            quotas.require_profile(video.owner, wanted.get("profile") or "")
        return self._answer(processing.reprocess(video, **wanted))

    @extend_schema(request=JobEditSerializer, responses=JobDetailSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a job's priority; its waiting steps move in the queue at once."""
        run = self._run(access.may_prioritize)
        form = JobEditSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        preconditions.require_match(request, lambda: self._told(run))
        processing.prioritize(run, form.validated_data["priority"])
        return self._answer(run, HTTPStatus.OK)

    @extend_schema(request=None, responses={202: JobDetailSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a job."""
        run = self._run(access.may_cancel)
        processing.cancel_run(run)
        return self._answer(run)

    @extend_schema(request=None, responses={202: JobDetailSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Repeat only the failed steps and those that depend on them; finished parts are reused."""
        return self._answer(processing.retry(self._run(access.may_reprocess)))

    def recovered(self, made: Sequence[Made]) -> Response:
        """Return the answer of a killed request that began or repeated a job."""
        return self._answer(get_object_or_404(Run, pk=made[-1].id))

    def _run(self, may: Callable[[Video, access.Viewer], bool]) -> Run:
        run: Run = self.get_object()
        _require(may(run.video, self.request.user))
        return run

    def _answer(self, run: Run, code: HTTPStatus = HTTPStatus.ACCEPTED) -> Response:
        where = reverse("job-detail", [run.pk], request=self.request)
        headers = {"Location": where} if code == HTTPStatus.ACCEPTED else None
        return Response(self._told(run), status=code, headers=headers)

    def _told(self, run: Run) -> Any:
        current: Any = self.get_queryset().get(pk=run.pk)
        return JobDetailSerializer(current, context=self.get_serializer_context()).data


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied(
            "You may view this job, but you do not have permission to do this with it."
        )
