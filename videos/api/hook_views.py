"""Take in the reports of AI generators, and manage the addresses that they call."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.exceptions import ErrorDetail, Throttled, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import throttling, verification
from accounts.models import User
from accounts.scopes import Scope
from accounts.throttling import Work
from videos import actors, ids
from videos.api.pagination import NEWEST_FIRST
from videos.api.problems import BodyTooLarge
from videos.api.serializers.hooks import (
    SOURCES,
    GenerationSerializer,
    GenericReportSerializer,
    HookAddressFormSerializer,
    HookAddressSerializer,
    HookDeliverySerializer,
    PredictionFormSerializer,
    ReceiptSerializer,
)
from videos.api.strictness import StrictRequests
from videos.ingest.hooks import GENERATORS, addresses, deliveries, polling
from videos.ingest.hooks.generator import BadReport
from videos.ingest.hooks.signatures import Signed, Unverified
from videos.models import HookAddress, HookDelivery

MOST_BYTES = 4 * 1024**2
_OWNER = "for"  # the name of the parameter that holds an address's token


class HookView(StrictRequests, viewsets.GenericViewSet[Any]):
    """Takes the reports of generators. The signature stands for credentials, so no session or key
    is looked at, and reports are not counted by the rate limits; forged ones are."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    takes_keys = False  # a report is told apart by its `webhook-id`
    serializer_class = ReceiptSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"create": GenericReportSerializer}
    parameters = {"create": frozenset({_OWNER})}

    @extend_schema(
        auth=[],
        parameters=[
            OpenApiParameter("source", enum=SOURCES, location="path", description="the generator"),
            OpenApiParameter(_OWNER, str, required=True, description="the token of the address"),
        ],
        request=GenericReportSerializer,
        responses=ReceiptSerializer,
    )
    def create(self, request: Request, source: str) -> Response:
        """Receive a report."""
        generator = GENERATORS.get(source)
        if generator is None:
            raise Http404
        token = request.query_params.get(_OWNER, "")
        try:
            new = deliveries.receive(generator, token, _signed(request))
        except (Unverified, addresses.AddressUnknown):
            _count_wrong(request)
            raise
        except BadReport as error:
            wrong = ErrorDetail(error.message, code="invalid")
            raise ValidationError({error.member: [wrong]}) from error
        if new:
            actors.wake_follower()
        return Response({"received": new})


class HookAddressViewSet(StrictRequests, mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    """One's own addresses for generators, newest first."""

    queryset = HookAddress.objects.none()
    serializer_class = HookAddressSerializer
    filter_backends = ()
    lookup_value_converter = ids.CONVERTER
    bodies = {"create": HookAddressFormSerializer}
    # Whoever knows an address and its secret, which both of these tell, has videos imported.
    scopes = {"list": Scope.UPLOAD, "create": Scope.UPLOAD}
    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[HookAddress]:
        """Return the addresses that are not revoked."""
        user = cast(User, self.request.user)
        return HookAddress.objects.filter(owner=user, revoked_at=None)

    @extend_schema(request=HookAddressFormSerializer, responses={201: HookAddressSerializer})
    def create(self, request: Request) -> Response:
        """Create an address."""
        user = cast(User, request.user)
        verification.require_verified(user)
        form = HookAddressFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        generator = GENERATORS[form.validated_data["source"]]
        address = addresses.create(user, generator, form.settings())
        return Response(self.get_serializer(address).data, status=HTTPStatus.CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke an address."""
        addresses.revoke(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)


class PredictionView(StrictRequests, viewsets.GenericViewSet[Any]):
    """Registers predictions that the site is to ask about itself."""

    serializer_class = GenerationSerializer
    filter_backends = ()
    pagination_class = None
    bodies = {"create": PredictionFormSerializer}
    scopes = {"create": Scope.UPLOAD}
    works = {"create": Work.IMPORTS}

    @extend_schema(request=PredictionFormSerializer, responses={202: GenerationSerializer})
    def create(self, request: Request) -> Response:
        """Ask the generator about a prediction until it has ended, and import what it made."""
        form = PredictionFormSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        own = HookAddress.objects.filter(owner=cast(User, request.user), revoked_at=None)
        address = get_object_or_404(own, pk=form.validated_data["address"])
        generation = polling.register(address, form.validated_data["id"])
        actors.wake_follower()
        return Response(GenerationSerializer(generation).data, status=HTTPStatus.ACCEPTED)


class HookDeliveryViewSet(StrictRequests, mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    """The reports that were received for one's own addresses, newest first."""

    queryset = HookDelivery.objects.none()
    serializer_class = HookDeliverySerializer
    filter_backends = ()

    orderings = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[HookDelivery]:
        """Return the user's deliveries."""
        user = cast(User, self.request.user)
        return HookDelivery.objects.filter(owner=user).defer("report").prefetch_related("images")


def _signed(request: Request) -> Signed:
    """Return the webhook with its body as it was sent: the signature is of the bytes."""
    body = request._request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise BodyTooLarge
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    return Signed(body, {name: request.headers.get(name, "") for name in names})


def _count_wrong(request: Request) -> None:
    """Count a forged report; raise ``Throttled`` for too many from one network."""
    usage = throttling.of_wrong_key(request.META.get("REMOTE_ADDR"))
    if usage is not None and usage.is_over:
        raise Throttled(wait=usage.seconds)
