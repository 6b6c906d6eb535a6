"""API views of imports by URL: one file, or many at once."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import throttling
from accounts.models import User
from accounts.scopes import Scope
from accounts.throttling import Work
from processing.models import Run
from videos import access
from videos.api import import_batches
from videos.api.posted_files import uploader
from videos.api.serializers.images import ImageSerializer
from videos.api.serializers.imports import (
    IMAGE,
    ImportAnswersSerializer,
    ImportBatchSerializer,
    ImportedSerializer,
    ImportSerializer,
)
from videos.api.strictness import StrictRequests
from videos.idempotency import Interrupted, Made
from videos.ingest.examining import ImagesUnavailable
from videos.ingest.image_imports import import_url
from videos.models import Image, Video
from videos.selectors import with_everything


class ImportView(StrictRequests, viewsets.GenericViewSet[Video]):
    """Imports files from URLs."""

    queryset = Video.objects.none()
    serializer_class = ImportSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"create": ImportSerializer, "batch": ImportBatchSerializer}
    scopes = {"create": Scope.UPLOAD, "batch": Scope.UPLOAD}
    works = {"create": Work.IMPORTS}

    @extend_schema(
        request=ImportSerializer,
        responses={202: ImportedSerializer, 201: ImageSerializer},
        filters=False,
    )
    def create(self, request: Request) -> Response:
        """Import one file. For a video the answer comes at once, and a job fetches the file; an
        image is complete with the answer."""
        owner = uploader(request)
        form = ImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if form.validated_data["type"] == IMAGE:
            return self._image(_import_image(owner, form).pk)
        upload, run = import_batches.begin(owner, form)
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
        from being imported. Images are complete with the answer, or are told not to be."""
        owner = uploader(request)
        form = ImportBatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        throttling.require(throttling.of_imports(owner, len(form.validated_data["items"])))
        answers = import_batches.answers(owner, form.validated_data["items"])
        return Response(ImportAnswersSerializer({"items": answers}).data)


def _import_image(owner: User, form: ImportSerializer) -> Image:
    """Fetch an image while the request waits; only a few do so at once in a process."""
    said = form.validated_data
    if not import_batches.fetching.acquire(blocking=False):
        raise ImagesUnavailable
    try:
        settings = form.image_settings()
        return import_url(owner, said["url"], settings, sha256=said.get("sha256", ""))
    finally:
        import_batches.fetching.release()
