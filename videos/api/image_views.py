"""API views of images: upload, list, read, change, delete and restore them."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.scopes import Scope
from accounts.throttling import Work
from videos import access, ids, image_library, image_purge
from videos.api import posted_files, preconditions
from videos.api.flags import flag
from videos.api.image_filters import ImageFilter
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.images import (
    ImageEditSerializer,
    ImageSerializer,
    ImageUploadSerializer,
)
from videos.api.strictness import StrictRequests
from videos.idempotency import Made
from videos.ingest import images
from videos.models import Image


class ImageViewSet(
    StrictRequests,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Image],
):
    """Images. Only their owner and staff see them; the addresses of their files can be passed
    on."""

    queryset = Image.objects.none()
    serializer_class = ImageSerializer
    filterset_class = ImageFilter
    lookup_value_converter = ids.CONVERTER
    bodies = {"create": ImageUploadSerializer, "partial_update": ImageEditSerializer}
    scopes = {"create": Scope.UPLOAD}
    works = {"create": Work.UPLOADS}
    forms = frozenset({"create"})
    parameters = {"list": frozenset({"trashed"}), "destroy": frozenset({"purge"})}
    orderings = {
        **NEWEST_FIRST,
        "title": ("title_in_order", "id"),
        "-title": ("-title_in_order", "-id"),
    }

    def get_queryset(self) -> QuerySet[Image]:
        """Return the images that the viewer may see; for the list only the viewer's own."""
        viewer = self.request.user
        if self.action == "list":
            trashed = flag(self.request, "trashed")
            listed = (access.trashed_images_of if trashed else access.images_of)(viewer)
            return listed.select_related("source").annotate(title_in_order=Lower("title"))
        seen = access.images_seen_by(viewer).select_related("source")
        if self.action == "restore" or (self.action == "destroy" and flag(self.request, "purge")):
            return seen
        return seen.filter(deleted_at=None)

    @extend_schema(
        parameters=[
            OpenApiParameter("trashed", bool, description="list the images in the trash instead")
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List one's own images, newest first; with ``trashed=true`` those in the trash."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request={"multipart/form-data": ImageUploadSerializer},
        responses={201: ImageSerializer},
    )
    def create(self, request: Request) -> Response:
        """Upload an image; it is complete with the answer."""
        image = posted_files.taken(
            request,
            ImageUploadSerializer,
            lambda user, file, form: images.take_image(user, file, form.settings()),
        )
        return self._created(image.pk)

    @extend_schema(request=ImageEditSerializer, responses=ImageSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change an image's title, folder, tags, metadata, external id or expiry."""
        image = self._found(access.may_change_image)
        form = ImageEditSerializer(image, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            self._require_match(image, locked=True)
            form.save()
        return Response(self._told(image.pk))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "purge",
                bool,
                description="delete the image for good at once, also when it is in the trash",
            )
        ],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Move an image into the trash; ``purge=true`` deletes it for good."""
        image = self._found(access.may_delete_image)
        self._require_match(image)
        if flag(request, "purge"):
            image_purge.purge(image.pk)
        else:
            image_library.discard(image)
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=None, responses={200: ImageSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take an image out of the trash."""
        image = self._found(access.may_delete_image)
        image_library.restore(image)
        return Response(self._told(image.pk))

    def recovered(self, made: Sequence[Made]) -> Response:
        """Return the answer of an upload that was killed after its image was complete."""
        return self._created(made[-1].id)

    def _found(self, may: Callable[[Image, access.Viewer], bool]) -> Image:
        image: Image = self.get_object()
        if not may(image, self.request.user):
            raise PermissionDenied("This image belongs to somebody else.")
        return image

    def _require_match(self, image: Image, *, locked: bool = False) -> None:
        """Raise ``PreconditionFailed`` if the image has changed since the request read it. If
        ``locked``, nobody changes it until the transaction ends."""
        if locked:
            list(Image.objects.select_for_update().filter(pk=image.pk))
        preconditions.require_match(self.request, lambda: self._told(image.pk))

    def _created(self, pk: Any) -> Response:
        where = reverse("image-detail", [pk], request=self.request)
        told = self._told(pk)
        return Response(told, status=HTTPStatus.CREATED, headers={"Location": where})

    def _told(self, pk: Any) -> Any:
        image = get_object_or_404(Image.objects.select_related("source"), pk=pk)
        return ImageSerializer(image, context=self.get_serializer_context()).data
