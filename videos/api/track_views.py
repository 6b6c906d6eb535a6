"""API views of the tracks of a video: captions, subtitles and chapters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from processing import sounding
from processing.captions.document import Document
from videos import access, ids
from videos.api.parsers import is_form
from videos.api.posted_files import arrived
from videos.api.serializers.cues import CuesFormSerializer, CuesSerializer, ShiftSerializer
from videos.api.serializers.track_forms import (
    TrackEditSerializer,
    TrackFileSerializer,
    TrackSubmitSerializer,
)
from videos.api.serializers.tracks import TrackSerializer, TracksSerializer
from videos.api.strictness import StrictRequests
from videos.idempotency import Made
from videos.ingest import sounds, uploads
from videos.models import Track, Video
from videos.playback import services as playback
from videos.selectors import with_everything
from videos.tracks import reading, selectors, services

_OPEN_ACTIONS = ("list", "retrieve", "cues")


class TrackViewSet(StrictRequests, viewsets.GenericViewSet[Track]):
    """The tracks of a video. Who may see the video may read them; who may edit it may change
    them."""

    queryset = Track.objects.none()
    serializer_class = TrackSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = ids.CONVERTER
    bodies = {
        "create": TrackSubmitSerializer,
        "partial_update": TrackEditSerializer,
        "write_cues": CuesFormSerializer,
        "shift_cues": ShiftSerializer,
    }
    files = {"create": TrackFileSerializer}
    paged = frozenset()

    def get_permissions(self) -> Sequence[Any]:
        """Require no key for reading: the video decides who may."""
        return [AllowAny()] if self.action in _OPEN_ACTIONS else super().get_permissions()

    def get_queryset(self) -> QuerySet[Track]:
        """Return the tracks of the video, with their cues counted."""
        rows = Track.objects.filter(video=self.kwargs["video_id"])
        return rows.annotate(cue_count=Count("cues")).select_related("video").order_by("id")

    @extend_schema(responses=TracksSerializer)
    def list(self, request: Request, video_id: str) -> Response:
        """List the tracks of a video, in the order in which they were added."""
        video = self._video()
        told = {"results": self.get_queryset()}
        return Response(TracksSerializer(told, context=self._context(video)).data)

    @extend_schema(
        request={
            "application/json": TrackSubmitSerializer,
            "multipart/form-data": TrackFileSerializer,
        },
        responses={201: TrackSerializer},
    )
    def create(self, request: Request, video_id: str) -> Response:
        """Add captions, subtitles or chapters: from a file, from a URL, or as cues."""
        video = self._video(access.may_edit)
        track = _add_file(request, video) if is_form(request) else _add(request, video)
        return self._created(video, track.pk)

    @extend_schema(responses=TrackSerializer)
    def retrieve(self, request: Request, video_id: str, pk: str) -> Response:
        """Return one track."""
        return self._told(self._video(), pk)

    @extend_schema(request=TrackEditSerializer, responses=TrackSerializer)
    def partial_update(self, request: Request, video_id: str, pk: str) -> Response:
        """Change the kind, language, label or default of a track."""
        video = self._video(access.may_edit)
        form = TrackEditSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        services.edit(self._track(pk), **form.changes())
        return self._told(video, pk)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, video_id: str, pk: str) -> Response:
        """Delete a track with its text."""
        self._video(access.may_edit)
        services.delete(self._track(pk))
        return Response(status=HTTPStatus.NO_CONTENT)

    @extend_schema(responses=CuesSerializer)
    @action(detail=True)
    def cues(self, request: Request, video_id: str, pk: str) -> Response:
        """Return the cues of a track."""
        self._video()
        return _cues(self._text(pk))

    @extend_schema(request=CuesFormSerializer, responses=CuesSerializer)
    @cues.mapping.put
    def write_cues(self, request: Request, video_id: str, pk: str) -> Response:
        """Replace the cues of a track."""
        self._video(access.may_edit)
        track = self._text(pk)
        context = {"regions": selectors.region_names(track)}
        form = CuesFormSerializer(data=request.data, context=context)
        form.is_valid(raise_exception=True)
        written = [one["cue"] for one in form.validated_data["cues"]]
        revision = form.validated_data.get("revision")
        return _cues(services.write_cues(track, written, revision=revision))

    @extend_schema(request=ShiftSerializer, responses=CuesSerializer)
    @cues.mapping.patch
    def shift_cues(self, request: Request, video_id: str, pk: str) -> Response:
        """Move the cues of a track in time, with the times of their words."""
        self._video(access.may_edit)
        track = self._text(pk)
        form = ShiftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        by, after = (round(told.get(name, 0) * 1000) for name in ("shift", "after"))
        return _cues(services.shift_cues(track, by, after=after, revision=told.get("revision")))

    def recovered(self, made: Sequence[Made]) -> Response | None:
        """Return the answer of a creation that was killed; None if the track is gone."""
        last = made[-1].id
        found = self.get_queryset().filter(pk=last).exists()
        return self._created(self._video(access.may_edit), last) if found else None

    def _video(self, may: Callable[[Video, access.Viewer], bool] | None = None) -> Video:
        """Return the video if the viewer may see it, and may do this with it."""
        viewer = self.request.user
        try:
            seen = with_everything(access.visible_to(viewer))
            video = get_object_or_404(seen, pk=self.kwargs["video_id"])
        except Http404:
            if viewer.is_anonymous:
                raise NotAuthenticated from None
            raise
        if may is not None and not may(video, viewer):
            raise PermissionDenied("This video belongs to somebody else.")
        return video

    def _track(self, pk: str) -> Track:
        return get_object_or_404(Track, pk=pk, video=self.kwargs["video_id"])

    def _text(self, pk: str) -> Track:
        """Return a track that has cues."""
        texts = Track.objects.exclude(kind=Track.Kind.AUDIO)
        return get_object_or_404(texts, pk=pk, video=self.kwargs["video_id"])

    def _context(self, video: Video) -> dict[str, Any]:
        base = playback.tracks_url(video, self.request.user)
        return {**self.get_serializer_context(), "tracks_url": base}

    def _created(self, video: Video, pk: Any) -> Response:
        told = self._told(video, pk)
        told.status_code = HTTPStatus.CREATED
        told["Location"] = reverse("track-detail", [video.pk, pk], request=self.request)
        return told

    def _told(self, video: Video, pk: Any) -> Response:
        track = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(TrackSerializer(track, context=self._context(video)).data)


def _add(request: Request, video: Video) -> Track:
    """Add a track whose text is fetched from a URL, or given as cues."""
    form = TrackSubmitSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    facts = form.changes()
    url, cues = facts.pop("url", None), facts.pop("cues", [])
    if url is None:
        text = Document(tuple(one["cue"] for one in cues))
        return services.add(video.pk, origin=Track.Origin.API, text=text, **facts)
    if facts["kind"] == Track.Kind.AUDIO:
        return _begun(sounds.take_url(video, url, **facts))
    services.require_room(video.pk)
    text, name = reading.fetch(url, language=facts.get("language", ""))
    return services.add(video.pk, origin=Track.Origin.URL, text=text, filename=name, **facts)


def _add_file(request: Request, video: Video) -> Track:
    form = TrackFileSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    facts = form.changes()
    if facts["kind"] == Track.Kind.AUDIO:
        with closing(facts.pop("file")) as file:
            return _begun(sounds.take(video, arrived(file), **facts))
    services.require_room(video.pk)
    with closing(facts.pop("file")) as file:
        name = uploads.clean_filename(file.name or "")
        path = Path(file.temporary_file_path())
        text = reading.read(path, name, language=facts.get("language", ""))
    return services.add(video.pk, origin=Track.Origin.FILE, text=text, filename=name, **facts)


def _begun(track: Track) -> Track:
    """Have the audio of a track made, if its video is ready and idle; else it is made soon."""
    sounding.begin(track.video_id)
    return track


def _cues(track: Track) -> Response:
    told = {"revision": track.revision, "cues": list(selectors.shown_cues(track))}
    return Response(CuesSerializer(told).data)
