"""The captions that are recognised in what a video says, and that follow later recognitions until
somebody edits them."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from processing.captions.document import Document, Notice
from videos.models import Track, Video
from videos.tracks import selectors, services

NOTHING_SAID = "speech_not_found"
_NOTHING_SAID = "No speech was recognised in this video."


def is_edited(video_id: UUID) -> bool:
    """Whether somebody edited captions of a video that were recognised."""
    return _of(video_id).filter(edited=True).exists()


def keep(video_id: UUID, text: Document, *, language: str, asked: bool) -> None:
    """Give a video the captions that were recognised, in place of those of earlier recognitions
    that nobody edited. If nothing was, who ``asked`` is told so by a track that failed.

    Nothing happens to a video that is deleted, or has as many tracks as it may have.
    """
    with suppress(Video.DoesNotExist, services.TooManyTracks), transaction.atomic():
        # Whoever edits a track holds its video.
        Video.objects.select_for_update(of=("self",), no_key=True).get(pk=video_id, deleted_at=None)
        earlier = _of(video_id).filter(edited=False).first()
        if text.cues:
            _write(video_id, earlier, text, language)
        elif asked and earlier is None:
            track = services.add(video_id, kind=Track.Kind.CAPTIONS, origin=Track.Origin.GENERATED)
            services.fail(track, NOTHING_SAID, _NOTHING_SAID)


def copy(source_id: UUID, video_id: UUID) -> None:
    """Give a video that has come to share another one's release the captions that were recognised
    in that, as its owner, who is the same, edited them. Nothing happens to a video that has some,
    and there are no more tracks than it may have."""
    if _of(video_id).exists():
        return
    with suppress(services.TooManyTracks):
        for track in _of(source_id).filter(state=Track.State.READY):
            _copy(track, video_id)


def _copy(track: Track, video_id: UUID) -> None:
    services.add(
        video_id,
        kind=track.kind,
        origin=track.origin,
        text=Document(selectors.document_of(track).cues, track.regions, _notices(track)),
        language=track.language,
        label=track.label,
        is_default=track.is_default and not selectors.has_default(video_id, track.kind),
        edited=track.edited,
    )


def _write(video_id: UUID, earlier: Track | None, text: Document, language: str) -> None:
    if earlier is not None:
        services.write_text(earlier, text, language=language)
        return
    services.add(
        video_id,
        kind=Track.Kind.CAPTIONS,
        origin=Track.Origin.GENERATED,
        text=text,
        language=language,
    )


def _notices(track: Track) -> tuple[Notice, ...]:
    return tuple(Notice(one["code"], one["details"]) for one in track.notices)


def _of(video_id: UUID) -> QuerySet[Track]:
    return Track.objects.filter(video=video_id, origin=Track.Origin.GENERATED).order_by("pk")
