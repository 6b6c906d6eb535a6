"""API views of folders and tags."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import User
from videos import folders, ids, tags
from videos.api import preconditions
from videos.api.filters import AT_THE_TOP, FolderFilter, place_of
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.folders import (
    FolderEditSerializer,
    FolderSerializer,
    FolderSubmitSerializer,
    TagsSerializer,
)
from videos.api.strictness import StrictRequests
from videos.idempotency import Made
from videos.models import Folder

_MOVE_TO = "move_to"


class FolderViewSet(
    StrictRequests,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Folder],
):
    """One's own folders."""

    queryset = Folder.objects.none()
    serializer_class = FolderSerializer
    filterset_class = FolderFilter
    lookup_value_converter = ids.CONVERTER
    bodies = {"create": FolderSubmitSerializer, "partial_update": FolderEditSerializer}
    parameters = {"destroy": frozenset({_MOVE_TO})}
    orderings = {
        **NEWEST_FIRST,
        "name": ("name_in_order", "id"),
        "-name": ("-name_in_order", "-id"),
    }

    def get_queryset(self) -> QuerySet[Folder]:
        """Return the caller's folders with all that is shown."""
        own = Folder.objects.filter(owner=cast(User, self.request.user))
        return folders.shown(own).annotate(name_in_order=Lower("name"))

    @extend_schema(request=FolderSubmitSerializer, responses={201: FolderSerializer})
    def create(self, request: Request) -> Response:
        """Create a folder."""
        form = FolderSubmitSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        folder = folders.create(cast(User, request.user), wanted["name"], wanted.get("parent"))
        return self._created(folder.pk)

    def recovered(self, made: Sequence[Made]) -> Response | None:
        """Return the answer of a creation that was killed; None if the folder is gone."""
        last = made[-1].id
        return self._created(last) if self.get_queryset().filter(pk=last).exists() else None

    def _created(self, folder_id: Any) -> Response:
        where = reverse("folder-detail", [folder_id], request=self.request)
        told = self._told(folder_id)
        return Response(told, status=HTTPStatus.CREATED, headers={"Location": where})

    @extend_schema(request=FolderEditSerializer, responses=FolderSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a folder, or put it into another one."""
        folder = self.get_object()
        form = FolderEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        wanted = dict(form.validated_data)
        if "parent" in wanted:
            wanted["parent_id"] = wanted.pop("parent")
        with transaction.atomic():
            folders.lock(folder.owner_id)
            preconditions.require_match(request, lambda: self._told(folder.pk))
            folders.edit(folder, **wanted)
        return Response(self._told(folder.pk))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                _MOVE_TO,
                {"type": "string", "pattern": f"^(none|{ids.AnyCaseConverter.regex})$"},
                description="the id of the folder that takes all it holds, or `none` for the top",
            )
        ],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete an empty folder; with ``move_to`` another one takes what it holds."""
        folder = self.get_object()
        into = self._target(request)
        with transaction.atomic():
            folders.lock(folder.owner_id)
            preconditions.require_match(request, lambda: self._told(folder.pk))
            if _MOVE_TO in request.query_params:
                folders.dissolve(folder, into)
            else:
                folders.delete(folder)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _target(self, request: Request) -> UUID | None:
        try:
            return place_of(request.query_params.get(_MOVE_TO, AT_THE_TOP))
        except ValueError:
            must = f"It must be the id of a folder, or {AT_THE_TOP}."
            raise ValidationError({_MOVE_TO: [ErrorDetail(must, code="invalid")]}) from None

    def _told(self, folder_id: Any) -> Any:
        folder = get_object_or_404(self.get_queryset(), pk=folder_id)
        return FolderSerializer(folder, context=self.get_serializer_context()).data


class TagViewSet(StrictRequests, viewsets.GenericViewSet[Any]):
    """The tags of one's own videos."""

    queryset = Folder.objects.none()
    serializer_class = TagsSerializer
    pagination_class = None
    paged = frozenset()
    parameters = {"list": frozenset({"search"})}

    @extend_schema(
        operation_id="listTags",
        parameters=[
            OpenApiParameter("search", str, description="how the tags begin, in either case")
        ],
        responses=TagsSerializer,
    )
    def list(self, request: Request) -> Response:
        """List the tags of one's own videos, the most frequent first."""
        beginning = request.query_params.get("search", "").replace("\0", "")
        found = tags.counted(cast(User, request.user), beginning)
        return Response(TagsSerializer(found).data)
