"""API views of one's own API keys."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import api_keys
from accounts.models import ApiKey, User
from accounts.scopes import Scope
from videos import ids
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.keys import KeyFormSerializer, KeySerializer, NewKeySerializer
from videos.api.strictness import StrictRequests

_EXCEEDS = "The new key may not have more of this than the key that makes it."


class KeyViewSet(
    StrictRequests,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[ApiKey],
):
    """One's own API keys that are not revoked. A key needs the scope ``admin`` for them, and makes
    no key that can do more than itself."""

    queryset = ApiKey.objects.none()
    serializer_class = KeySerializer
    filter_backends = ()
    lookup_value_converter = ids.CONVERTER
    # The answer has a secret, which would be stored to be given again.
    takes_keys = False
    bodies = {"create": KeyFormSerializer}
    scopes = dict.fromkeys(("list", "retrieve", "create", "destroy"), Scope.ADMIN)
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[ApiKey]:
        """Return the caller's keys."""
        return ApiKey.objects.filter(user=cast(User, self.request.user), revoked_at=None)

    @extend_schema(request=KeyFormSerializer, responses={201: NewKeySerializer})
    def create(self, request: Request) -> Response:
        """Create a key; its secret is in this answer only."""
        form = KeyFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, terms = cast(User, request.user), form.terms()
        maker = request.auth if isinstance(request.auth, ApiKey) else None
        if maker is not None:
            _require_within(terms, maker)
        name = form.validated_data["name"]
        key, secret = api_keys.make(user, name=name, terms=terms, by=maker)
        told = NewKeySerializer(key, context={**self.get_serializer_context(), "secret": secret})
        where = reverse("key-detail", [key.pk], request=request)
        return Response(told.data, HTTPStatus.CREATED, headers={"Location": where})

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a key."""
        api_keys.revoke(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)


def _require_within(terms: Any, maker: ApiKey) -> None:
    try:
        api_keys.require_within(terms, maker)
    except api_keys.KeyExceeds as error:
        wrong = ErrorDetail(_EXCEEDS, code="exceeds_key")
        raise ValidationError({error.member: [wrong]}) from error
