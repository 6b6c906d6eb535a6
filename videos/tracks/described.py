"""The chapters that lines such as ``0:00 Intro`` in the description of a video say.

They follow the description until somebody edits them. Once they are deleted they stay away until
the description has no such lines any more.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from processing.captions import chapters
from processing.captions.document import Document
from videos.models import Track, Video
from videos.tracks import removed, selectors, services

_ORIGIN = Track.Origin.DESCRIPTION


def follow(video_id: UUID) -> None:
    """Make the chapters of a video those of its description; nothing happens until its length is
    known, as they end with it, or if it is deleted."""
    with transaction.atomic():
        rows = Video.objects.select_for_update(of=("self",), no_key=True).select_related("release")
        video = rows.filter(pk=video_id, deleted_at=None).first()
        if video is None or video.release is None or not video.release.duration:
            return
        lasts = round(video.release.duration * 1000)
        text = chapters.from_description(video.description, lasts)
        track = Track.objects.filter(video=video_id, origin=_ORIGIN).first()
        if text is None:
            _end(video_id, track)
        elif track is None:
            _begin(video, text)
        elif not track.edited and selectors.document_of(track).cues != text.cues:
            services.write_text(track, text)


def _begin(video: Video, text: Document) -> None:
    tracks = Track.objects.filter(video=video.pk)
    is_full = tracks.count() >= services.MOST_TRACKS
    if is_full or removed.name(_ORIGIN, None) in removed.of(video):
        return
    kind = Track.Kind.CHAPTERS
    # Whoever writes them means them, more than who made the file.
    first = not selectors.has_default(video.pk, kind)
    services.add(video.pk, kind=kind, origin=_ORIGIN, text=text, is_default=first)


def _end(video_id: UUID, track: Track | None) -> None:
    if track is None or not track.edited:
        if track is not None:
            services.delete(track)
        removed.forget(video_id, removed.name(_ORIGIN, None))
