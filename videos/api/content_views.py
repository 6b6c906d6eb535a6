"""API views of what was measured of a video: facts for its owner, and its likes for moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from videos import access
from videos.api.serializers.content import ContentFactsSerializer, SimilarSerializer
from videos.models import ContentFacts, Video
from videos.moderation import alike

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    _View = GenericViewSet[Video]
else:
    _View = object


class ContentViews(_View):
    """Actions of a view set of videos."""

    @extend_schema(responses=ContentFactsSerializer)
    @action(detail=True)
    def facts(self, request: Request, pk: str) -> Response:
        """Return what was measured of the release that plays; nulls until it was."""
        video = self.get_object()
        if not access.may_inspect(video, request.user):
            raise PermissionDenied("This video belongs to somebody else.")
        found = ContentFacts.objects.filter(release=video.release_id).first()
        return Response(ContentFactsSerializer(found or ContentFacts(truncated=[])).data)

    @extend_schema(responses=SimilarSerializer)
    @action(detail=True)
    def similar(self, request: Request, pk: str) -> Response:
        """Return the videos that show the same scenes, the most alike first."""
        video = self.get_object()
        if not access.may_compare(video, request.user):
            raise PermissionDenied("Only moderators compare videos.")
        found = alike.to(video, cast(User, request.user))
        told = SimilarSerializer({"results": found}, context=self.get_serializer_context())
        return Response(told.data)
