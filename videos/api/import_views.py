"""API views of imports by URL: one file, or many at once."""

from collections.abc import Sequence
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import verification
from accounts.models import User
from processing.models import Run
from videos import access
from videos.api import problems
from videos.api.image_serializers import ImageSerializer
from videos.api.import_serializers import (
    IMAGE,
    ImportAnswersSerializer,
    ImportBatchSerializer,
    ImportedSerializer,
    ImportSerializer,
)
from videos.api.strictness import StrictRequests
from videos.idempotency import Interrupted, Made
from videos.ingest import imports, uploads
from videos.ingest.examining import ImagesUnavailable
from videos.ingest.image_imports import import_url
from videos.models import Image, Upload, Video
from videos.selectors import with_everything

_ONE_BY_ONE = ErrorDetail("Import images one at a time.", code="invalid_choice")
_fetching = BoundedSemaphore(4)


class ImportView(StrictRequests, viewsets.GenericViewSet[Video]):
    """Imports files from URLs."""

    queryset = Video.objects.none()
    serializer_class = ImportSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"create": ImportSerializer, "batch": ImportBatchSerializer}

    @extend_schema(
        request=ImportSerializer,
        responses={202: ImportedSerializer, 201: ImageSerializer},
        filters=False,
    )
    def create(self, request: Request) -> Response:
        """Import one file. For a video the answer comes at once, and a job fetches the file; an
        image is complete with the answer."""
        owner = _uploader(request)
        form = ImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if form.validated_data["type"] == IMAGE:
            return self._image(_import_image(owner, form).pk)
        upload, run = _begin(owner, form)
        return self._begun(upload.video_id, run)

    def recovered(self, made: Sequence[Made]) -> Response:
        """Return the answer of an import that was killed after it had begun its job, or after its
        image was complete."""
        if self.action != "create":
            raise Interrupted
        [last] = made[-1:]
        if last.kind == "image":
            return self._image(last.id)
        return self._begun(last.id, Run.objects.filter(video=last.id).first())

    def _image(self, pk: Any) -> Response:
        image = get_object_or_404(access.images_of(self.request.user), pk=pk)
        return Response(
            ImageSerializer(image, context=self.get_serializer_context()).data,
            status=HTTPStatus.CREATED,
            headers={"Location": reverse("image-detail", [pk], request=self.request)},
        )

    def _begun(self, video_id: Any, run: Run | None) -> Response:
        mine = with_everything(access.owned_by(self.request.user))
        video = get_object_or_404(mine, pk=video_id)
        told = {"video": video, "job": run}
        return Response(
            ImportedSerializer(told, context=self.get_serializer_context()).data,
            status=HTTPStatus.ACCEPTED,
            headers={"Location": reverse("video-detail", [video.pk], request=self.request)},
        )

    @extend_schema(
        request=ImportBatchSerializer, responses={200: ImportAnswersSerializer}, filters=False
    )
    def batch(self, request: Request) -> Response:
        """Import many files; each is answered by itself, and one that is refused keeps no other
        from being imported."""
        owner = _uploader(request)
        form = ImportBatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        answers = [_answer_to(owner, item) for item in form.validated_data["items"]]
        return Response(ImportAnswersSerializer({"items": answers}).data)


def _uploader(request: Request) -> User:
    """Return the user, who may upload. Raises ``UploadNotAllowed`` or ``EmailNotVerified``."""
    user = cast(User, request.user)
    if not user.can_upload:
        raise uploads.UploadNotAllowed
    verification.require_verified(user)
    return user


def _import_image(owner: User, form: ImportSerializer) -> Image:
    """Fetch an image while the request waits; only a few do so at once in a process."""
    said = form.validated_data
    if not _fetching.acquire(blocking=False):
        raise ImagesUnavailable
    try:
        settings = form.image_settings()
        return import_url(owner, said["url"], settings, sha256=said.get("sha256", ""))
    finally:
        _fetching.release()


def _begin(owner: User, form: ImportSerializer) -> tuple[Upload, Run]:
    said = form.validated_data
    return imports.start(owner, said["url"], form.settings(), sha256=said.get("sha256", ""))


def _answer_to(owner: User, item: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "code": None,
        "detail": None,
        "errors": [],
        "video": None,
        "job": None,
    }
    try:
        form = ImportSerializer(data=item)
        form.is_valid(raise_exception=True)
        if form.validated_data["type"] == IMAGE:
            raise ValidationError({"type": [_ONE_BY_ONE]})
        upload, run = _begin(owner, form)
    except Exception as error:
        told = problems.of(error)
        if told is None:
            raise
        return nothing | {
            name: told[name] for name in ("status", "code", "detail", "errors") if name in told
        }
    return nothing | {"status": HTTPStatus.ACCEPTED, "video": upload.video_id, "job": run.pk}
