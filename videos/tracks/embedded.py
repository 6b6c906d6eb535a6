"""The tracks that come from the source of a video: its subtitles and its chapters.

They follow the source until somebody edits or deletes them. What was deleted is remembered, so that
processing the video again does not bring it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from processing.captions.document import Document
from videos.models import Track, Video
from videos.tracks import removed, selectors, services

_LONGEST_LABEL = 100
_LONGEST_LANGUAGE = 35


@dataclass(frozen=True)
class Found:
    """A track of a source: its text, or the error of why it cannot be read. ``stream`` is the index
    of its stream, None for the chapters. ``language`` is a BCP 47 tag, empty if not known."""

    kind: Track.Kind
    stream: int | None
    text: Document | None = None
    error_code: str = ""
    error_message: str = ""
    language: str = ""
    label: str = ""
    is_default: bool = False


def keep(video_id: UUID, found: Sequence[Found]) -> None:
    """Give a video the tracks that were found in its source, in place of those that were found
    earlier and that nobody edited; nothing happens if it is deleted.

    Those that were deleted stay so, and there are no more than a video may have.
    """
    with transaction.atomic():
        video = _held(video_id)
        if video is None:
            return
        gone = removed.of(video)
        earlier = {removed.name_of(track): track for track in _of(video_id)}
        for one in found:
            name = removed.name(Track.Origin.EMBEDDED, one.stream)
            if name in earlier:
                _renew(earlier[name], one)
            elif name not in gone:
                _add(video_id, one)


def copy(origin_id: UUID, video_id: UUID) -> None:
    """Give a video that shares the release of another the tracks that come from their source, as
    their owner, who is the same, edited them."""
    with transaction.atomic():
        video = _held(video_id)
        if video is None:
            return
        there = {removed.name_of(track) for track in _of(video_id)} | removed.of(video)
        for track in _of(origin_id):
            if removed.name_of(track) not in there:
                _add(video_id, _as_found(track), edited=track.edited)


def _held(video_id: UUID) -> Video | None:
    rows = Video.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=video_id, deleted_at=None).first()


def _of(video_id: UUID) -> Iterable[Track]:
    return Track.objects.filter(video=video_id, origin=Track.Origin.EMBEDDED).order_by("pk")


def _add(video_id: UUID, one: Found, *, edited: bool = False) -> None:
    """Add a track, if the video has room for it."""
    is_default = one.is_default and one.text is not None
    try:
        track = services.add(
            video_id,
            kind=one.kind,
            origin=Track.Origin.EMBEDDED,
            text=one.text,
            language=one.language[:_LONGEST_LANGUAGE],
            label=one.label[:_LONGEST_LABEL].rstrip(),
            is_default=is_default and not selectors.has_default(video_id, one.kind),
            stream=one.stream,
            edited=edited,
        )
    except services.TooManyTracks:
        return
    if one.text is None:
        services.fail(track, one.error_code, one.error_message)


def _renew(track: Track, one: Found) -> None:
    """Give a track the text that was found now, unless somebody edited it or it has that text."""
    if track.edited:
        return
    if one.text is None:
        if track.state != Track.State.READY:
            services.fail(track, one.error_code, one.error_message)
        return
    if track.state != Track.State.READY or selectors.document_of(track).cues != one.text.cues:
        services.write_text(track, one.text)


def _as_found(track: Track) -> Found:
    is_ready = track.state == Track.State.READY
    return Found(
        kind=Track.Kind(track.kind),
        stream=track.stream,
        text=selectors.document_of(track) if is_ready else None,
        error_code=track.error_code,
        error_message=track.error_message,
        language=track.language,
        label=track.label,
        is_default=track.is_default,
    )
