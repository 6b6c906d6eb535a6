"""API views of transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from processing.captions import writing
from processing.packaging import languages
from videos import access
from videos.api.serializers.transcripts import TranscriptSerializer
from videos.api.strictness import HeaderNegotiation, StrictRequests
from videos.models import Track, Video
from videos.tracks import selectors, transcripts
from videos.tracks.texts import TYPES

_LANGUAGE = "language"
_PARAMETERS = [
    OpenApiParameter(
        _LANGUAGE, str, description="a BCP 47 tag; without it the transcript of what is heard"
    )
]


class AnyText(HeaderNegotiation):
    """The address says in which form the text is sent, so the Accept header need not."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the first renderer, which writes errors."""
        return renderers[0], renderers[0].media_type


class TranscriptViewSet(StrictRequests, viewsets.GenericViewSet[Video]):
    """What is said in a video. Who may see the video may read it, without a key if it is open."""

    queryset = Video.objects.none()
    serializer_class = TranscriptSerializer
    content_negotiation_class = AnyText
    filter_backends = ()
    pagination_class = None
    parameters = dict.fromkeys(("as_text", "as_webvtt", "as_json"), frozenset({_LANGUAGE}))

    def get_permissions(self) -> Sequence[Any]:
        """Require no key: the video decides who may read."""
        return [AllowAny()]

    @extend_schema(parameters=_PARAMETERS, responses={(200, "text/plain"): OpenApiTypes.STR})
    def as_text(self, request: Request, video_id: str) -> HttpResponseBase:
        """Return the words in paragraphs."""
        return _sent(writing.text(selectors.document_of(self._track())), "txt")

    @extend_schema(parameters=_PARAMETERS, responses={(200, "text/vtt"): OpenApiTypes.STR})
    def as_webvtt(self, request: Request, video_id: str) -> HttpResponseBase:
        """Return the cues as WebVTT."""
        return _sent(writing.webvtt(selectors.document_of(self._track())), "vtt")

    @extend_schema(parameters=_PARAMETERS, responses=TranscriptSerializer)
    def as_json(self, request: Request, video_id: str) -> Response:
        """Return the cues with their times, and those of their words if they are known."""
        return Response(transcripts.as_json(self._track()))

    def _track(self) -> Track:
        viewer = self.request.user
        try:
            video = get_object_or_404(access.visible_to(viewer), pk=self.kwargs["video_id"])
        except Http404:
            if viewer.is_anonymous:
                raise NotAuthenticated from None
            raise
        language = languages.tag(self.request.query_params.get(_LANGUAGE, ""))
        track = transcripts.track_of(video, language)
        if track is None:
            raise Http404
        return track


def _sent(text: str, suffix: str) -> HttpResponse:
    return HttpResponse(text, content_type=TYPES[suffix])
