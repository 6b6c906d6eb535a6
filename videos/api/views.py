"""API views of videos. Each parses, authorises, calls one service, and responds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import audit
from accounts.models import User
from accounts.scopes import Scope
from accounts.throttling import Work
from processing import remaking, transcribing
from processing import services as processing
from processing.models import Run
from processing.monitoring import progress
from videos import access, editing, half_made, ids, purge, spoken, trash
from videos.api import posted_files, preconditions
from videos.api.content_views import ContentViews
from videos.api.filters import VideoFilter
from videos.api.flags import flag
from videos.api.job_views import jobs_of
from videos.api.pagination import NEWEST_FIRST
from videos.api.poster_actions import PosterActions
from videos.api.serializers.folders import MovedSerializer, MoveSerializer, moved_to
from videos.api.serializers.jobs import JobSerializer, ReprocessSerializer
from videos.api.serializers.posters import PosterChoiceSerializer, PosterFileSerializer
from videos.api.serializers.progress import CurrentJobSerializer
from videos.api.serializers.sources import OriginalSerializer
from videos.api.serializers.track_forms import TranscribeSerializer
from videos.api.serializers.video_forms import VideoEditSerializer, VideoUploadSerializer
from videos.api.serializers.videos import VideoSerializer, VideoStatusSerializer
from videos.api.strictness import StrictRequests
from videos.idempotency import Made
from videos.ingest import services as ingest
from videos.models import Video
from videos.playback import originals, rotation
from videos.selectors import with_everything

_OPEN_ACTIONS = ("retrieve", "status")


class VideoViewSet(
    PosterActions,
    StrictRequests,
    ContentViews,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Video],
):
    """Videos. The list holds one's own. A video that the caller may not see answers 404, or 401 if
    the caller sent no key.

    Videos that are open to everybody can be read without a key.
    """

    queryset = Video.objects.none()
    serializer_class = VideoSerializer
    filterset_class = VideoFilter
    lookup_value_converter = ids.CONVERTER
    bodies = {
        "create": VideoUploadSerializer,
        "partial_update": VideoEditSerializer,
        "move": MoveSerializer,
        "reprocess": ReprocessSerializer,
        "transcribe": TranscribeSerializer,
        "poster": PosterChoiceSerializer,
    }
    files = {"poster": PosterFileSerializer}
    forms = frozenset({"create"})
    parameters = {"list": frozenset({"deleted", "trashed"}), "destroy": frozenset({"purge"})}
    scopes = {"create": Scope.UPLOAD, "similar": Scope.MODERATE}
    works = {"create": Work.UPLOADS}
    paged = frozenset({"list", "jobs"})
    orderings = {
        **NEWEST_FIRST,
        "title": ("title_in_order", "id"),
        "-title": ("-title_in_order", "-id"),
    }

    def get_permissions(self) -> Sequence[Any]:
        """Require no key for reading one video: the queryset decides what the reader may see."""
        return [AllowAny()] if self.action in _OPEN_ACTIONS else super().get_permissions()

    def get_object(self) -> Video:
        """Return a video that the reader may see. Raise ``NotAuthenticated`` for an anonymous
        caller who finds nothing, since with a key they might."""
        try:
            video: Video = super().get_object()
        except Http404:
            if self.request.user.is_anonymous:
                raise NotAuthenticated from None
            raise
        return video

    def get_queryset(self) -> QuerySet[Video]:
        """Return the videos that the viewer may see; for the list only the viewer's own."""
        viewer = self.request.user
        if self.action == "list":
            trashed = flag(self.request, "deleted") or flag(self.request, "trashed")
            listed = (access.trashed_of if trashed else access.owned_by)(viewer)
            return with_everything(listed).annotate(title_in_order=Lower("title"))
        if self.action == "restore" or (self.action == "destroy" and flag(self.request, "purge")):
            return with_everything(access.recoverable_by(viewer) | access.visible_to(viewer))
        if self.action == "status":
            return progress.with_run(access.visible_to(viewer).select_related("source"))
        return with_everything(access.visible_to(viewer))

    @extend_schema(
        parameters=[
            OpenApiParameter("deleted", bool, description="list the videos in the trash instead"),
            OpenApiParameter(
                "trashed", bool, description="the former name of `deleted`", deprecated=True
            ),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List one's own videos, newest first; with ``deleted=true`` those in the trash."""
        rows = self.filter_queryset(self.get_queryset())
        page = cast("list[Video]", self.paginate_queryset(rows))
        found = spoken.matches(page, request.query_params.get("search", ""))
        context = {**self.get_serializer_context(), "matches": found}
        told = VideoSerializer(page, many=True, context=context)
        return self.get_paginated_response(told.data)

    @extend_schema(
        request={"multipart/form-data": VideoUploadSerializer},
        responses={201: VideoSerializer},
    )
    def create(self, request: Request) -> Response:
        """Upload a video; the answer comes as soon as its bytes are stored."""

        def take(user: User, file: ingest.ArrivedFile, form: VideoUploadSerializer) -> Video:
            with posted_files.poster_of(form) as poster:
                return ingest.take_file(user, file, form.settings(), poster)

        posted_files.require_room(request)
        video = posted_files.taken(request, VideoUploadSerializer, take)
        return self._answer(video.pk, HTTPStatus.CREATED, location=True)

    @extend_schema(request=VideoEditSerializer, responses=VideoSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what the owner may change."""
        video = self._found(access.may_edit)
        form = VideoEditSerializer(video, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            self._require_match(video, locked=True)
            form.save()
        return self._answer(video.pk, HTTPStatus.OK)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "purge",
                bool,
                description="delete the video for good at once, also when it is in the trash",
            )
        ],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Move a video into the trash, where it is purged after 30 days; ``purge=true`` purges it
        at once."""
        for_good = flag(request, "purge")
        video = self._found(access.may_recover if for_good else access.may_delete)
        self._require_match(video)
        if for_good:
            purge.purge(video)
        else:
            trash.discard(video)
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=MoveSerializer, responses={200: MovedSerializer})
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def move(self, request: Request) -> Response:
        """Put several of one's own videos into a folder; the answer tells of each."""
        form = MoveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        found = editing.move(cast(User, request.user), wanted["videos"], wanted["folder"])
        rows = [moved_to(one, there=one in found) for one in wanted["videos"]]
        return Response(MovedSerializer({"results": rows}).data)

    @extend_schema(request=None, responses={200: VideoSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take a video out of the trash; the work that its deletion stopped stays stopped."""
        video = self._found(access.may_recover)
        trash.restore(video)
        return self._answer(video.pk, HTTPStatus.OK)

    @extend_schema(request=None, responses={200: VideoSerializer})
    @action(detail=True, methods=["post"])
    def rotate_playback(self, request: Request, pk: str) -> Response:
        """Replace all addresses of a video; those given out before stop working."""
        video = self._found(access.may_edit)
        rotation.rotate(video)
        return self._answer(video.pk, HTTPStatus.OK)

    @extend_schema(responses=VideoStatusSerializer)
    @action(detail=True, url_path="status")
    def status(self, request: Request, pk: str) -> Response:
        """Return the status and progress of a video alone, for polling."""
        told = VideoStatusSerializer(self.get_object(), context=self.get_serializer_context())
        return Response(told.data)

    @extend_schema(responses=OriginalSerializer)
    @action(detail=True)
    def original(self, request: Request, pk: str) -> Response:
        """Return an address of the untouched original. A redirect could not be followed with a key
        in the headers, nor be passed on."""
        video = self._found(access.may_take_original)
        found = originals.address_of(video, cast(User, request.user))
        audit.person_did("video.original_downloaded", video)
        told = replace(found, url=request.build_absolute_uri(found.url))
        return Response(OriginalSerializer(told).data)

    @extend_schema(request=ReprocessSerializer, responses={202: CurrentJobSerializer})
    @action(detail=True, methods=["post"])
    def reprocess(self, request: Request, pk: str) -> Response:
        """Process a video again, or make only some of its pictures again; a ready video keeps
        playing meanwhile."""
        video = self._found(access.may_reprocess)
        form = ReprocessSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        kinds = form.validated_data.get("only")
        return self._begun(remaking.remake(video, kinds) if kinds else processing.reprocess(video))

    @extend_schema(request=TranscribeSerializer, responses={202: CurrentJobSerializer})
    @action(detail=True, methods=["post"])
    def transcribe(self, request: Request, pk: str) -> Response:
        """Make captions of what is said in a video."""
        video = self._found(access.may_reprocess)
        form = TranscribeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._begun(transcribing.transcribe(video, **form.validated_data))

    @extend_schema(request=None, responses={202: VideoStatusSerializer})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop the upload or the job of a video."""
        video = self._found(access.may_cancel)
        processing.cancel(video)
        return self._answer(video.pk, HTTPStatus.ACCEPTED, VideoStatusSerializer, location=True)

    @extend_schema(responses=JobSerializer(many=True))
    @action(detail=True, filterset_class=None)
    def jobs(self, request: Request, pk: str) -> Response:
        """List the jobs of a video, newest first."""
        jobs = jobs_of(request.user).filter(video=self._found(access.may_see_jobs))
        jobs = jobs.order_by("-id")
        page = cast("list[Run]", self.paginate_queryset(cast(Any, jobs)))
        return self.get_paginated_response(JobSerializer(page, many=True).data)

    def recovered(self, made: Sequence[Made]) -> Response | None:
        """Return the answer of a killed upload or reprocessing; None if the upload's bytes were
        never stored."""
        last = made[-1]
        if last.kind == "job":
            return self._begun(get_object_or_404(Run, pk=last.id))
        if self.action != "create":
            return super().recovered(made)
        if half_made.discard(last.id):
            return None
        return self._answer(last.id, HTTPStatus.CREATED, location=True)

    def _begun(self, run: Run) -> Response:
        return Response(
            CurrentJobSerializer(run).data,
            status=HTTPStatus.ACCEPTED,
            headers={"Location": reverse("job-detail", [run.pk], request=self.request)},
        )

    def _found(self, may: Callable[[Video, access.Viewer], bool]) -> Video:
        """Return the video if the viewer may do this with it, else raise ``PermissionDenied``. The
        video may be in the trash if the action's queryset includes the trash."""
        video = self.get_object()
        if not may(video, self.request.user):
            raise PermissionDenied("This video belongs to somebody else.")
        return video

    def _require_match(self, video: Video, *, locked: bool = False) -> None:
        """Raise ``PreconditionFailed`` if the video has changed since the request read it. If
        ``locked``, nobody changes the video until the transaction ends. (Code that locks jobs too
        locks them before the video.)"""

        def told() -> Any:
            every = Video.objects.filter(pk=video.pk)
            if locked:
                list(every.select_for_update(of=("self",)))
            return self.get_serializer(get_object_or_404(with_everything(every))).data

        preconditions.require_match(self.request, told)

    def _answer(
        self,
        video_id: Any,
        code: int,
        shape: type[VideoSerializer] = VideoSerializer,
        *,
        location: bool = False,
    ) -> Response:
        video = get_object_or_404(with_everything(Video.objects.filter(pk=video_id)))
        data = shape(video, context=self.get_serializer_context()).data
        where = reverse("video-detail", [video_id], request=self.request)
        return Response(data, status=code, headers={"Location": where} if location else None)
