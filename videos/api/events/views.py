"""The API view of the event log: a list for polling and for catching up."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from videos.api.flags import flag
from videos.api.schema.types import schema_of
from videos.api.strictness import StrictRequests
from videos.events.messages import EventMessage, ImageMessage
from videos.feed import hearing, reading
from videos.feed.hearing import OWN, Hearing, Wish

MOST, USUAL = 500, 100
NOW = "now"
"""What ``since`` names instead of a cursor to begin with what happens from now on."""


@extend_schema_field(schema_of(EventMessage | ImageMessage))
class MessageField(serializers.JSONField):
    """A message of the feed, as it stands."""


class EventListSerializer(serializers.Serializer[Any]):
    """Events in order, and where to go on."""

    results = serializers.ListField(child=MessageField(), help_text="the messages of the feed")
    cursor = serializers.CharField(help_text="where to go on: the next `since`")
    has_more = serializers.BooleanField(
        help_text="whether there are more events now; a page may have fewer than `limit`"
    )


class EventViewSet(StrictRequests, viewsets.GenericViewSet[Any]):
    """The events that the feed tells, a page at a time, the oldest first."""

    serializer_class = EventListSerializer
    filter_backends = ()
    pagination_class = None
    parameters = {"read": frozenset({"since", "limit", "video", "all"})}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "since",
                str,
                description="the cursor of the last page, or `now` for what happens from now on; "
                "without it, from the oldest event that is kept",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
                description="the most events of a page",
            ),
            OpenApiParameter(
                "video", UUID, description="only the events of this video, which you may see"
            ),
            OpenApiParameter(
                "all",
                {"type": "boolean", "default": False},
                description="the events of all users; only for staff who may view all videos",
            ),
        ],
        responses=EventListSerializer,
        filters=False,
    )
    def read(self, request: Request) -> Response:
        """Return the events past a cursor."""
        page = reading.page(
            _heard(cast("User", request.user), _wish(request)),
            since=_since(request),
            limit=_limit(request),
        )
        answer = {"results": page.messages, "cursor": page.cursor, "has_more": page.has_more}
        return Response(answer)


def _wish(request: Request) -> Wish:
    everything, video = flag(request, "all"), request.query_params.get("video")
    if video is None:
        return Wish(everything=True) if everything else OWN
    if everything:
        raise _wrong("all", "Give `all` or `video`, not both.")
    try:
        return Wish(videos=frozenset({UUID(video)}))
    except ValueError as error:
        raise _wrong("video", "This is no id.") from error


def _heard(user: User, wish: Wish) -> Hearing:
    heard = hearing.of(user, wish)
    if wish.everything and not heard.everything:
        raise PermissionDenied("Only staff who may view all videos can read all events.")
    if wish.videos and not heard.whole and not heard.public:
        raise Http404
    return heard


def _since(request: Request) -> reading.Since:
    text = request.query_params.get("since")
    if text is None:
        return reading.OLDEST
    return reading.NEWEST if text == NOW else text


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(USUAL))
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(MOST)):
        raise _wrong("limit", f"It must be a number from 1 to {MOST}.")
    if not 1 <= int(text) <= MOST:
        raise _wrong("limit", f"It must be a number from 1 to {MOST}.")
    return int(text)


def _wrong(name: str, sentence: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(sentence, code="invalid")]})
