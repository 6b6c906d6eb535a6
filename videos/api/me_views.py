"""Tell callers who they are, what they may, and what they have used of it."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiKey, User
from videos.api.serializers import me
from videos.api.serializers.me import MeSerializer
from videos.api.strictness import StrictRequests


class MeView(StrictRequests, viewsets.GenericViewSet[Any]):
    """The caller's own account."""

    serializer_class = MeSerializer
    filter_backends = ()
    pagination_class = None

    @extend_schema(responses=MeSerializer, filters=False)
    def retrieve(self, request: Request) -> Response:
        """Return who the caller is, with their plan and what is left of it."""
        key = request.auth if isinstance(request.auth, ApiKey) else None
        return Response(me.told(cast(User, request.user), key))
