"""Issue tickets for the live feed to pages on other sites."""

from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tickets
from accounts.models import ApiKey
from accounts.scopes import Scope
from videos.api.serializers.problems import ProblemSerializer
from videos.api.strictness import StrictRequests
from videos.events import feed, listeners


class FeedTicketSerializer(serializers.Serializer[Any]):
    """What a client needs to open one WebSocket: ``new WebSocket(url, protocols)``."""

    url = serializers.URLField(help_text="the URL of the feed; `since` can be added")
    protocols = serializers.ListField(
        child=serializers.CharField(),
        help_text="the subprotocols to offer, which contain the ticket",
    )
    expires_in = serializers.IntegerField(help_text="seconds")


class FeedTicketView(StrictRequests, viewsets.GenericViewSet[Any]):
    """Issues tickets. Browsers cannot put an API key into the headers of a WebSocket, so the owner
    of a key gets a ticket instead."""

    serializer_class = FeedTicketSerializer
    filter_backends = ()
    pagination_class = None
    scopes = {"create": Scope.READ}

    @extend_schema(
        request=None, responses={200: FeedTicketSerializer, 403: ProblemSerializer}, filters=False
    )
    def create(self, request: Request) -> Response:
        """Return a ticket that opens the feed once, within a minute."""
        if not isinstance(request.auth, ApiKey):
            raise PermissionDenied(
                "Only an API key can get a ticket. Somebody who is logged in can open the feed "
                "without one.",
                code="api_key_needed",
            )
        there = urlsplit(request.build_absolute_uri(feed.PATH))
        scheme = "wss" if there.scheme == "https" else "ws"
        told = {
            "url": there._replace(scheme=scheme).geturl(),
            "protocols": [
                listeners.PROTOCOL,
                f"{listeners.TICKET_PREFIX}{tickets.issue(request.auth)}",
            ],
            "expires_in": tickets.SECONDS,
        }
        return Response(FeedTicketSerializer(told).data)
