"""Manage outgoing webhooks, and see and repeat what was sent to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts import verification
from accounts.models import User
from videos import ids
from videos.api import preconditions
from videos.api.filters import WebhookDeliveryFilter
from videos.api.pagination import NEWEST_FIRST
from videos.api.serializers.webhooks import (
    CreatedWebhookSerializer,
    ReplayedSerializer,
    ReplayFormSerializer,
    SecretSerializer,
    WebhookDeliveryDetailSerializer,
    WebhookDeliverySerializer,
    WebhookEditSerializer,
    WebhookFormSerializer,
    WebhookSerializer,
)
from videos.api.strictness import StrictRequests
from videos.events import cursors
from videos.models import WebhookDelivery, WebhookEndpoint
from videos.webhooks import endpoints, replays


class WebhookViewSet(
    StrictRequests,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[WebhookEndpoint],
):
    """One's own webhooks, newest first."""

    queryset = WebhookEndpoint.objects.none()
    serializer_class = WebhookSerializer
    filter_backends = ()
    lookup_value_converter = ids.CONVERTER
    takes_keys = False  # a stored answer would hold the secret
    bodies = {
        "create": WebhookFormSerializer,
        "partial_update": WebhookEditSerializer,
        "replay": ReplayFormSerializer,
    }
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        """Return the user's webhooks."""
        return endpoints.of(cast(User, self.request.user))

    @extend_schema(request=WebhookFormSerializer, responses={201: CreatedWebhookSerializer})
    def create(self, request: Request) -> Response:
        """Create a webhook."""
        user = cast(User, request.user)
        verification.require_verified(user)
        form = WebhookFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        endpoint, secret = endpoints.create(user, **form.validated_data)
        context = {**self.get_serializer_context(), "secret": secret}
        told = CreatedWebhookSerializer(endpoint, context=context).data
        where = reverse("webhook-detail", [endpoint.pk], request=request)
        return Response(told, status=HTTPStatus.CREATED, headers={"Location": where})

    @extend_schema(request=WebhookEditSerializer, responses=WebhookSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a webhook, or turn it on or off."""
        endpoint = self.get_object()
        form = WebhookEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        preconditions.require_match(request, lambda: self._told(endpoint.pk))
        with _or_404():
            user = cast(User, request.user)
            endpoints.change(endpoint.pk, by=user, **form.validated_data)
        return Response(self._told(endpoint.pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a webhook."""
        with _or_404():
            endpoints.delete(self.get_object().pk)
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Give the webhook a new secret."""
        with _or_404():
            return Response({"secret": endpoints.rotate(self.get_object().pk)})

    @extend_schema(request=None, responses={202: WebhookDeliveryDetailSerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send a test event."""
        with _or_404():
            return accepted(request, replays.send_test(self.get_object().pk))

    @extend_schema(request=ReplayFormSerializer, responses={202: ReplayedSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send the events of a time span again."""
        endpoint = self.get_object()
        form = ReplayFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with _or_404():
            done = replays.replay(endpoint.pk, form.span())
        following = None if done.position is None else cursors.encode(done.position)
        told = {"deliveries": done.deliveries, "next": following}
        return Response(told, status=HTTPStatus.ACCEPTED)

    def _told(self, endpoint_id: Any) -> Any:
        endpoint = get_object_or_404(self.get_queryset(), pk=endpoint_id)
        return WebhookSerializer(endpoint, context=self.get_serializer_context()).data


class WebhookDeliveryViewSet(
    StrictRequests, mixins.ListModelMixin, viewsets.GenericViewSet[WebhookDelivery]
):
    """The messages to one of one's own webhooks, newest first."""

    queryset = WebhookDelivery.objects.none()
    serializer_class = WebhookDeliverySerializer
    filterset_class = WebhookDeliveryFilter
    takes_keys = False  # sending a message twice is what this is for
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        """Return the messages to the webhook; those of others' are not found."""
        own = endpoints.of(cast(User, self.request.user))
        endpoint = get_object_or_404(own, pk=self.kwargs["webhook_id"])
        found = WebhookDelivery.objects.filter(endpoint=endpoint)
        return found.defer("body", "answer") if self.action == "list" else found

    @extend_schema(responses=WebhookDeliverySerializer(many=True))
    def list(self, request: Request, webhook_id: UUID) -> Response:
        """List the messages."""
        return super().list(request)

    @extend_schema(responses=WebhookDeliveryDetailSerializer)
    def retrieve(self, request: Request, webhook_id: UUID, pk: UUID) -> Response:
        """Return a message with its request and answer."""
        return Response(WebhookDeliveryDetailSerializer(self.get_object()).data)

    @extend_schema(request=None, responses={202: WebhookDeliveryDetailSerializer})
    def send_again(self, request: Request, webhook_id: UUID, pk: UUID) -> Response:
        """Send a message again at once."""
        delivery = self.get_object()
        with _or_404():
            replays.send_again(delivery)
        return accepted(request, self.get_object())


def accepted(request: Request, delivery: WebhookDelivery) -> Response:
    """Return the answer for a message that will be sent, with the URL where to look for it."""
    delivery.refresh_from_db()
    where = reverse("webhook-delivery-detail", [delivery.endpoint_id, delivery.pk], request=request)
    told = WebhookDeliveryDetailSerializer(delivery).data
    return Response(told, status=HTTPStatus.ACCEPTED, headers={"Location": where})


@contextmanager
def _or_404() -> Iterator[None]:
    """Answer 404 if the webhook is deleted meanwhile."""
    try:
        yield
    except WebhookEndpoint.DoesNotExist as error:
        raise Http404 from error
