"""API views of uploads: delegate one, and follow or cancel any of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import User
from accounts.scopes import Scope
from accounts.throttling import Work
from processing import services as processing
from videos import ids
from videos.api.pagination import NEWEST_FIRST
from videos.api.posted_files import uploader
from videos.api.serializers.uploads import UploadCreateSerializer, UploadSerializer
from videos.api.strictness import StrictRequests
from videos.idempotency import Made
from videos.ingest import receiving
from videos.models import Upload


class UploadViewSet(
    StrictRequests,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Upload],
):
    """One's own uploads, by whichever way their bytes come."""

    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    lookup_value_converter = ids.CONVERTER
    bodies = {"create": UploadCreateSerializer}
    # Who sees an upload sees the address that takes its bytes.
    scopes = dict.fromkeys(("list", "create", "retrieve", "destroy"), Scope.UPLOAD)
    works = {"create": Work.UPLOADS}
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[Upload]:
        """Return the caller's own uploads that are those of a video."""
        own = Upload.objects.filter(owner=cast(User, self.request.user), video__isnull=False)
        return own.select_related("video")

    @extend_schema(request=UploadCreateSerializer, responses={201: UploadSerializer})
    def create(self, request: Request) -> Response:
        """Make an address to which somebody without an account uploads one file."""
        user = uploader(request)
        form = UploadCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return self._created(self.get_queryset().get(pk=form.create_for(user).pk))

    def recovered(self, made: Sequence[Made]) -> Response | None:
        """Return the answer of a creation that was killed; None if it is gone."""
        upload = self.get_queryset().filter(video=made[-1].id).first()
        return None if upload is None else self._created(upload)

    def _created(self, upload: Upload) -> Response:
        where = reverse("upload-detail", [upload.pk], request=self.request)
        return Response(
            self.get_serializer(upload).data,
            status=HTTPStatus.CREATED,
            headers={"Location": where},
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop an upload: its video is canceled, and its bytes are deleted."""
        upload: Upload = self.get_object()
        if upload.video is None or upload.finished_at is not None:
            raise processing.NothingToCancel
        processing.cancel(upload.video)
        receiving.cancel(upload)
        return Response(status=HTTPStatus.NO_CONTENT)
