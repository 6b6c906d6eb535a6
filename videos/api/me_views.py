"""Tell callers who they are, what they may, and what they have used of it, and let them change what
is theirs."""

from typing import Any, cast

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import profile
from accounts.models import ApiKey, User
from videos.api import preconditions
from videos.api.serializers import me
from videos.api.serializers.me import MeEditSerializer, MeSerializer
from videos.api.strictness import StrictRequests

_LOCKED = User.objects.select_for_update(of=("self",), no_key=True)


class MeView(StrictRequests, viewsets.GenericViewSet[Any]):
    """The caller's own account."""

    serializer_class = MeSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"partial_update": MeEditSerializer}

    @extend_schema(responses=MeSerializer, filters=False)
    def retrieve(self, request: Request) -> Response:
        """Return who the caller is, with their plan and what is left of it."""
        return Response(_told(request))

    @extend_schema(request=MeEditSerializer, responses=MeSerializer)
    def partial_update(self, request: Request) -> Response:
        """Change what is one's own to change."""
        form = MeEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        user = cast(User, request.user)
        with transaction.atomic():
            user.refresh_from_db(from_queryset=_LOCKED.all())
            preconditions.require_match(request, lambda: _told(request))
            if "name" in form.validated_data:
                profile.rename(user, form.validated_data["name"])
        return Response(_told(request))


def _told(request: Request) -> dict[str, Any]:
    key = request.auth if isinstance(request.auth, ApiKey) else None
    return me.told(cast(User, request.user), key)
