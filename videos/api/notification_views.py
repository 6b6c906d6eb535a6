"""API views of what one is told, and of the browsers that show messages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.exceptions import ErrorDetail, NotAuthenticated, Throttled, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import throttling
from accounts.app_tokens import AppToken
from accounts.models import ApiKey, PushSubscription, User
from accounts.session_store import SessionAsItStands
from videos import ids
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.notifications import (
    NotificationChoicesFormSerializer,
    NotificationChoicesSerializer,
    PushFormSerializer,
    PushKeySerializer,
    PushRenewalFormSerializer,
    PushSubscriptionSerializer,
    offered,
)
from videos.api.strictness import StrictRequests
from videos.notifications import choices
from videos.push import keys, renewal, subscriptions


class NotificationChoicesView(StrictRequests, viewsets.GenericViewSet[Any]):
    """What the caller is told, and how."""

    serializer_class = NotificationChoicesSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"partial_update": NotificationChoicesFormSerializer}

    def retrieve(self, request: Request) -> Response:
        """Return all choices."""
        return Response(_shown(choices.of(cast(User, request.user))))

    @extend_schema(request=NotificationChoicesFormSerializer)
    def partial_update(self, request: Request) -> Response:
        """Change some choices."""
        form = NotificationChoicesFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        wanted = {name: sent[name] for name in choices.CHANNELS if name in sent}
        minutes = sent.get("digest_minutes")
        return Response(
            _shown(choices.change(cast(User, request.user), wanted, digest_minutes=minutes))
        )


class PushKeyView(StrictRequests, viewsets.GenericViewSet[Any]):
    """The key that browsers subscribe for."""

    serializer_class = PushKeySerializer
    filter_backends = ()
    pagination_class = None

    def retrieve(self, request: Request) -> Response:
        """Return the key."""
        return Response({"public_key": keys.public()})


class PushSubscriptionViewSet(
    StrictRequests, mixins.ListModelMixin, viewsets.GenericViewSet[PushSubscription]
):
    """The caller's browsers that show messages, newest first."""

    queryset = PushSubscription.objects.none()
    serializer_class = PushSubscriptionSerializer
    filter_backends = ()
    lookup_value_converter = ids.CONVERTER
    bodies = {"create": PushFormSerializer}
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[PushSubscription]:
        """Return the subscriptions that have not ended."""
        return subscriptions.of(cast(User, self.request.user))

    @extend_schema(request=PushFormSerializer, responses={201: PushSubscriptionSerializer})
    def create(self, request: Request) -> Response:
        """Subscribe a browser."""
        form = PushFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        key = request.auth if isinstance(request.auth, ApiKey) else None
        session = _session_of(request)
        try:
            made = subscriptions.subscribe(
                cast(User, request.user),
                offered(form.validated_data, request.headers.get("User-Agent", "")),
                key=key,
                session=session,
            )
        except subscriptions.EndpointWrong as error:
            raise _told(error) from error
        if isinstance(request.auth, AppToken):
            _save(session, made)
        return Response(self.get_serializer(made).data, status=HTTPStatus.CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Send no more messages to a browser."""
        subscriptions.unsubscribe(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)


class PushRenewalView(StrictRequests, viewsets.GenericViewSet[Any]):
    """Replaces the subscription of a browser. The old one and its secret stand for credentials, so
    no session or key is looked at; wrong ones count as wrong keys."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    takes_keys = False  # doing it again changes nothing
    filter_backends = ()
    pagination_class = None
    bodies = {"create": PushRenewalFormSerializer}

    @extend_schema(auth=[], request=PushRenewalFormSerializer, responses={204: None})
    def create(self, request: Request) -> Response:
        """Replace a subscription by what the browser has now."""
        form = PushRenewalFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        old, new = form.validated_data["old"], form.validated_data["new"]
        try:
            renewal.renew(old["endpoint"], old["auth"].rstrip("="), offered(new))
        except subscriptions.EndpointWrong as error:
            raise ValidationError({"new": _told(error).detail}) from error
        except renewal.NotKnown as error:
            _count_wrong(request)
            raise Http404 from error
        return Response(status=HTTPStatus.NO_CONTENT)


def _count_wrong(request: Request) -> None:
    """Count a wrong secret; raise ``Throttled`` for too many from one network."""
    usage = throttling.of_wrong_key(request.META.get("REMOTE_ADDR"))
    if usage is not None and usage.is_over:
        raise Throttled(wait=usage.seconds)


def _session_of(request: Request) -> SessionBase:
    """Return the session that stands behind a request: that of the browser, or of the app's
    token."""
    if isinstance(request.auth, AppToken):
        return SessionAsItStands(request.auth.session_key)
    return request._request.session


def _save(session: SessionBase, made: PushSubscription) -> None:
    """Save an app's session, as no middleware does; one that has ended meanwhile has none."""
    try:
        session.save()
    except UpdateError as error:
        made.delete()
        raise NotAuthenticated from error


def _told(error: subscriptions.EndpointWrong) -> ValidationError:
    if error.member == "endpoint":
        wrong = ErrorDetail(error.message, code="push_endpoint_forbidden")
        return ValidationError({"endpoint": [wrong]})
    return ValidationError({"keys": {error.member: [ErrorDetail(error.message, code="invalid")]}})


def _shown(chosen: choices.Choices) -> dict[str, Any]:
    return {**chosen.wanted, "digest_minutes": chosen.digest_minutes}
