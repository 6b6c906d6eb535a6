"""Issue tickets for the live feed to pages that cannot authenticate it by a header or a cookie."""

from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tickets
from accounts.app_tokens import AppToken
from accounts.models import ApiKey
from accounts.scopes import Scope
from accounts.tickets import Holder
from videos.api.strictness import StrictRequests
from videos.feed import listeners, socket


class FeedTicketSerializer(serializers.Serializer[Any]):
    """What a client needs to open one feed: ``new WebSocket(url, protocols)``, or an EventSource
    whose address has ``?ticket=``."""

    url = serializers.URLField(help_text="the URL of the feed; `since` can be added")
    protocols = serializers.ListField(
        child=serializers.CharField(),
        help_text="the subprotocols to offer, which contain the ticket",
    )
    ticket = serializers.CharField(help_text="the parameter `ticket` of an EventSource's address")
    expires_in = serializers.IntegerField(help_text="seconds")


class FeedTicketView(StrictRequests, viewsets.GenericViewSet[Any]):
    """Issues tickets. Browsers cannot put an API key into the headers of a WebSocket or an
    EventSource, so the owner of a key gets a ticket instead."""

    serializer_class = FeedTicketSerializer
    filter_backends = ()
    pagination_class = None
    scopes = {"create": Scope.READ}

    @extend_schema(request=None, responses={200: FeedTicketSerializer}, filters=False)
    def create(self, request: Request) -> Response:
        """Return a ticket that opens a feed once, within half a minute."""
        there = urlsplit(request.build_absolute_uri(socket.PATH))
        scheme = "wss" if there.scheme == "https" else "ws"
        ticket = tickets.issue(_holder(request))
        told = {
            "url": there._replace(scheme=scheme).geturl(),
            "protocols": [listeners.PROTOCOL, f"{listeners.TICKET_PREFIX}{ticket}"],
            "ticket": ticket,
            "expires_in": tickets.SECONDS,
        }
        return Response(FeedTicketSerializer(told).data)


def _holder(request: Request) -> Holder:
    """Return what the feed stands on: the key of the request, or the session behind it."""
    if isinstance(request.auth, ApiKey):
        return Holder(key_id=request.auth.pk)
    if isinstance(request.auth, AppToken):
        return Holder(session=request.auth.session_key, is_app=True)
    return Holder(session=request.session.session_key)
