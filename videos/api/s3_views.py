"""Direct uploads into the bucket, by the routes that Uppy asks below its ``companionEndpoint``.

A page sets ``companionEndpoint`` to ``/api/v1/uploads``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import User
from accounts.scopes import Scope
from accounts.throttling import Work
from videos import half_made
from videos.api.posted_files import uploader
from videos.api.serializers.s3 import (
    S3AddressesSerializer,
    S3AddressSerializer,
    S3CompletedSerializer,
    S3CompleteSerializer,
    S3CreatedSerializer,
    S3CreateSerializer,
    S3PartSerializer,
)
from videos.api.strictness import StrictRequests
from videos.idempotency import Interrupted, Made
from videos.ingest.direct import completion, limits, receiving
from videos.ingest.direct.errors import MultipartOnly
from videos.models import Upload

_MOST_AT_ONCE = 1000
_KEY = OpenApiParameter("key", OpenApiTypes.STR, required=True, description="the upload's key")


class S3UploadViewSet(StrictRequests, viewsets.GenericViewSet[Upload]):
    """Direct uploads. Somebody else's upload answers 404, and so does a key that is not the
    upload's."""

    trusts_origin = True
    queryset = Upload.objects.none()
    pagination_class = None
    filter_backends = ()
    paged = frozenset()
    bodies = {"create": S3CreateSerializer, "complete": S3CompleteSerializer}
    scopes = dict.fromkeys(
        ("params", "create", "parts", "part", "batch", "complete", "destroy"), Scope.UPLOAD
    )
    works = {"create": Work.UPLOADS}
    parameters = {
        **dict.fromkeys(("parts", "part", "complete", "destroy"), frozenset({"key"})),
        "batch": frozenset({"key", "partNumbers"}),
    }

    def known_parameters(self, action: str) -> frozenset[str]:
        """Return the names of the query parameters that an action knows; Uppy sends what it knows
        of the file to ``params``, which reads nothing."""
        sent = frozenset(self.request.query_params) if action == "params" else frozenset()
        return super().known_parameters(action) | sent

    @extend_schema(responses={204: None})
    def params(self, request: Request) -> Response:
        """Say that files are only uploaded in parts."""
        receiving.bucket()
        raise MultipartOnly

    @extend_schema(request=S3CreateSerializer, responses={201: S3CreatedSerializer})
    def create(self, request: Request) -> Response:
        """Begin an upload, and create its video."""
        user = uploader(request)
        receiving.bucket()
        form = S3CreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        file = receiving.Announced(told["filename"], told.get("size"))
        return self._begun(receiving.begin(user, file, form.settings()))

    def recovered(self, made: Sequence[Made]) -> Response | None:
        """Return the answer of a creation that was killed; None if its upload never began in the
        bucket. Its video is purged then."""
        if self.action != "create":
            raise Interrupted
        upload = get_object_or_404(Upload, video=made[-1].id, owner=cast(User, self.request.user))
        if upload.multipart_id:
            return self._begun(upload)
        half_made.discard(made[-1].id)
        return None

    def _begun(self, upload: Upload) -> Response:
        answer = {
            "key": upload.key,
            "uploadId": upload.pk,
            "part_size": limits.part_size(upload),
            "video": upload.video_id,
        }
        where = reverse("video-detail", [upload.video_id], request=self.request)
        return Response(
            S3CreatedSerializer(answer).data, HTTPStatus.CREATED, headers={"Location": where}
        )

    @extend_schema(parameters=[_KEY], responses=S3PartSerializer(many=True))
    def parts(self, request: Request, pk: UUID) -> Response:
        """List the parts that have arrived."""
        found = [
            {"PartNumber": one.number, "ETag": one.etag, "Size": one.size}
            for one in receiving.parts(self._upload(pk))
        ]
        return Response(found)

    @extend_schema(parameters=[_KEY], responses=S3AddressSerializer)
    def part(self, request: Request, pk: UUID, number: int) -> Response:
        """Return the address of a part."""
        signed = receiving.sign(self._upload(pk), [number])
        return Response({"url": signed[number], "expires": receiving.ADDRESS_SECONDS})

    @extend_schema(
        parameters=[
            _KEY,
            OpenApiParameter(
                "partNumbers",
                OpenApiTypes.STR,
                required=True,
                description=f"numbers of parts, separated by commas, at most {_MOST_AT_ONCE}",
            ),
        ],
        responses=S3AddressesSerializer,
    )
    def batch(self, request: Request, pk: UUID) -> Response:
        """Return the addresses of several parts."""
        upload = self._upload(pk)
        signed = receiving.sign(upload, _numbers(request.query_params))
        told = {str(number): url for number, url in signed.items()}
        return Response({"presignedUrls": told, "expires": receiving.ADDRESS_SECONDS})

    @extend_schema(
        parameters=[_KEY], request=S3CompleteSerializer, responses={200: S3CompletedSerializer}
    )
    def complete(self, request: Request, pk: UUID) -> Response:
        """Check the parts, and make the file of them; its processing begins."""
        upload = self._upload(pk)
        form = S3CompleteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        video = completion.complete(upload, form.validated_data["parts"])
        where = reverse("video-detail", [video.pk], request=request)
        return Response({"location": where, "key": upload.key, "video": str(video.pk)})

    @extend_schema(parameters=[_KEY], responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Cancel an upload, and delete what has arrived."""
        receiving.cancel(self._upload(pk))
        return Response(status=HTTPStatus.NO_CONTENT)

    def _upload(self, upload_id: UUID) -> Upload:
        """Return the caller's upload of this id and key, or raise ``Http404``."""
        key = self.request.query_params.get("key")
        if key is None:
            raise ValidationError({"key": ["Give the upload's key."]}, code="required")
        user = cast(User, self.request.user)
        if "\0" in key or (upload := receiving.found(user, upload_id, key)) is None:
            raise Http404
        return upload


def _numbers(query: Mapping[str, Any]) -> list[int]:
    """Return the numbers in ``partNumbers``, each once."""
    words = str(query.get("partNumbers", "")).split(",")
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 6]
    if len(numbers) < len(words) or len(words) > _MOST_AT_ONCE:
        told = f"Give up to {_MOST_AT_ONCE} numbers of parts, separated by commas."
        raise ValidationError({"partNumbers": [told]}, code="invalid")
    return list(dict.fromkeys(numbers))


def _of(**actions: str) -> Any:
    by_method: dict[str, Any] = {**actions}
    return S3UploadViewSet.as_view(by_method, basename="s3", detail=True)


_MULTIPART = "uploads/s3/multipart/"
_ONE = f"{_MULTIPART}<id:pk>/"
PATHS = [
    path("uploads/s3/params/", _of(get="params"), name="s3-params"),
    path(_MULTIPART, _of(post="create"), name="s3-multipart"),
    path(_ONE, _of(get="parts", delete="destroy"), name="s3-upload"),
    path(f"{_ONE}batch/", _of(get="batch"), name="s3-batch"),
    path(f"{_ONE}complete/", _of(post="complete"), name="s3-complete"),
    path(f"{_ONE}<int:number>/", _of(get="part"), name="s3-part"),
]
"""The routes, in the order in which they are tried."""
