"""API views of imports by URL: one file, or many at once."""

from http import HTTPStatus
from typing import Any, cast

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import verification
from accounts.models import User
from videos import access
from videos.api import problems
from videos.api.import_serializers import (
    ImportAnswersSerializer,
    ImportBatchSerializer,
    ImportedSerializer,
    ImportSerializer,
)
from videos.api.strictness import StrictRequests
from videos.ingest import imports, uploads
from videos.models import Upload, Video
from videos.selectors import with_everything


class ImportView(StrictRequests, viewsets.GenericViewSet[Video]):
    """Imports files from URLs."""

    queryset = Video.objects.none()
    serializer_class = ImportSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"create": ImportSerializer, "batch": ImportBatchSerializer}

    @extend_schema(request=ImportSerializer, responses={202: ImportedSerializer}, filters=False)
    def create(self, request: Request) -> Response:
        """Import one file; the answer comes at once, and a job fetches the file."""
        upload, run = _begin(_uploader(request), request.data)
        mine = with_everything(access.owned_by(request.user))
        video = get_object_or_404(mine, pk=upload.video_id)
        told = {"video": video, "job": run}
        return Response(
            ImportedSerializer(told, context=self.get_serializer_context()).data,
            status=HTTPStatus.ACCEPTED,
            headers={"Location": reverse("video-detail", [video.pk], request=request)},
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


def _begin(owner: User, data: Any) -> tuple[Upload, Any]:
    form = ImportSerializer(data=data)
    form.is_valid(raise_exception=True)
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
        upload, run = _begin(owner, item)
    except Exception as error:
        told = problems.of(error)
        if told is None:
            raise
        return nothing | {
            name: told[name] for name in ("status", "code", "detail", "errors") if name in told
        }
    return nothing | {"status": HTTPStatus.ACCEPTED, "video": upload.video_id, "job": run.pk}
