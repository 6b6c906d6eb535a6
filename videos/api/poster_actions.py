"""The actions on a video's poster: another one is chosen or sent, or the derived one comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from videos import access
from videos.api import posted_files
from videos.api.parsers import is_form
from videos.api.serializers.posters import PosterChoiceSerializer, PosterFileSerializer
from videos.api.serializers.videos import VideoSerializer
from videos.ingest import chosen_frames, posters
from videos.ingest.posters import Poster
from videos.models import Video

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    _View = GenericViewSet[Video]
else:
    _View = object


class PosterActions(_View):
    """What a view set of videos does with their posters; it finds and answers the videos."""

    if TYPE_CHECKING:
        _found: Any
        _answer: Any

    @extend_schema(
        request={
            "application/json": PosterChoiceSerializer,
            "multipart/form-data": PosterFileSerializer,
        },
        responses={200: VideoSerializer},
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def poster(self, request: Request, pk: str) -> Response:
        """Show another poster: a frame of the video, or an image that is sent."""
        video = self._found(access.may_edit)
        with _gone_is_404(), _poster_of(request, video) as poster:
            posters.replace(video, poster)
        answer: Response = self._answer(video.pk, HTTPStatus.OK)
        return answer

    @extend_schema(request=None, responses={204: None})
    @poster.mapping.delete
    def take_back_poster(self, request: Request, pk: str) -> Response:
        """Show the poster again that was made from the video."""
        video = self._found(access.may_edit)
        with _gone_is_404():
            posters.take_back(video)
        return Response(status=HTTPStatus.NO_CONTENT)


@contextmanager
def _poster_of(request: Request, video: Video) -> Iterator[Poster]:
    """Yield the poster that a request asks for, decoded."""
    if is_form(request):
        posted_files.uploader(request)
        file = PosterFileSerializer(data=request.data)
        file.is_valid(raise_exception=True)
        with posted_files.poster_of(file) as poster:
            if poster is not None:
                yield poster
        return
    form = PosterChoiceSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    wanted = form.validated_data
    seconds = wanted.get("time")
    if seconds is None:
        seconds = chosen_frames.time_of(video, wanted["candidate"])
    with chosen_frames.taken(video, seconds) as frame, posters.prepared(frame) as poster:
        yield poster


@contextmanager
def _gone_is_404() -> Iterator[None]:
    try:
        yield
    except Video.DoesNotExist as error:
        raise Http404 from error
