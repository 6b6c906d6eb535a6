"""Add, change and delete the tracks of a video, each with its event in the same transaction.

The video's row is locked first, so that changes of its tracks follow each other. A change of what
the playlists list raises the revision of the video's tracks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts import audit
from processing.captions import document, shifting
from processing.captions.document import Document
from videos import idempotency
from videos.events import log
from videos.models import Cue, Track, Video
from videos.tracks import removed, rows, selectors, sound_files

MOST_TRACKS = 100
"""How many tracks a video may have: a menu that nobody reads to its end."""
_EDITABLE = frozenset({"kind", "language", "label", "is_default"})
_STATE = ("state", "error_code", "error_message")


class TooManyTracks(Exception):
    """Raised when a video has as many tracks as it may have."""


class TrackChanged(Exception):
    """Raised when a track has another revision than the one that a change was made for."""

    def __init__(self, track: Track) -> None:
        super().__init__(f"track {track.pk} has revision {track.revision}")
        self.track = track


class KindFixed(Exception):
    """Raised when a text would become audio or chapters, or these something else."""


def add(
    video_id: UUID,
    *,
    kind: str,
    origin: str,
    text: Document | None = None,
    language: str = "",
    label: str = "",
    is_default: bool = False,
    **facts: Any,
) -> Track:
    """Add a track to a video; with a text it is ready at once, else it is processing.

    ``facts`` are further columns. Raises ``Video.DoesNotExist`` for a deleted video, and
    ``TooManyTracks``.
    """
    with transaction.atomic():
        _hold(video_id)
        require_room(video_id)
        if is_default:
            _take_default(video_id, kind)
        track = Track(
            video_id=video_id,
            kind=kind,
            origin=origin,
            language=language,
            label=label,
            is_default=is_default,
            state=Track.State.PROCESSING if text is None else Track.State.READY,
            **facts,
        )
        if text is not None:
            track.regions, track.notices = text.regions, notices_of(text)
        track.save()
        idempotency.note("track", track.pk)
        if text is not None:
            Cue.objects.bulk_create(rows.of(track, text.cues), batch_size=rows.BATCH)
        _told("video.track.created" if text is None else "video.track.ready", track)
    return track


def require_room(video_id: UUID) -> None:
    """Raise ``TooManyTracks`` if a video can have no further track."""
    if Track.objects.filter(video=video_id).count() >= MOST_TRACKS:
        raise TooManyTracks


def edit(track: Track, **fields: Any) -> Track:
    """Change kind, language, label or default of a track; return it as stored afterwards. Raises
    ``Track.DoesNotExist`` and ``KindFixed``."""
    if not _EDITABLE.issuperset(fields):
        raise TypeError(f"not to be edited: {', '.join(sorted(set(fields) - _EDITABLE))}")
    with transaction.atomic():
        held = _held(track)
        changed = [name for name, value in fields.items() if getattr(held, name) != value]
        kinds = {held.kind, fields.get("kind", held.kind)}
        if len(kinds) > 1 and not kinds.issubset(Track.TEXTS):
            raise KindFixed
        for name in changed:
            setattr(held, name, fields[name])
        if changed:
            if held.is_default:
                _take_default(held.video_id, held.kind, but=held.pk)
            held.revision += 1
            held.save(update_fields=[*changed, "revision", "updated_at"])
            _told("video.track.updated", held)
    return held


def write_cues(track: Track, cues: Sequence[document.Cue], *, revision: int | None) -> Track:
    """Replace the cues of a track by these, and return it as stored afterwards; rows that stay the
    same are not touched, so a change of a word costs little in a long film. One that could not be
    read is ready then.

    Raises ``TrackChanged`` if the track has another ``revision`` (None: any), and
    ``Track.DoesNotExist``.
    """
    with transaction.atomic():
        held = _held(track)
        if revision is not None and held.revision != revision:
            raise TrackChanged(held)
        was_ready = held.state == Track.State.READY
        if rows.replace(held, cues):
            held.edited = True
            held.state, held.error_code, held.error_message = Track.State.READY, "", ""
            held.revision += 1
            held.save(update_fields=["edited", *_STATE, "revision", "updated_at"])
            kind = "video.track.updated" if was_ready else "video.track.ready"
            _told(kind, held, lists=not was_ready)
    return held


def shift_cues(track: Track, by: int, *, after: int = 0, revision: int | None) -> Track:
    """Move the cues that start at ``after`` or later by some milliseconds, and return the track as
    stored afterwards. Raises as ``write_cues``, ``CuesBeforeStart`` and ``CuesAfterEnd``."""
    with transaction.atomic():
        held = _held(track)
        if revision is not None and held.revision != revision:
            raise TrackChanged(held)
        cues = selectors.document_of(held).cues
        stay = [cue for cue in cues if cue.start < after]
        moved = shifting.shift([cue for cue in cues if cue.start >= after], by)
        return write_cues(held, [*stay, *moved.cues], revision=None)


def write_text(track: Track, text: Document, **facts: Any) -> Track:
    """Give a track the text of a file, which replaces what it had, and make it ready. Raises
    ``Track.DoesNotExist``."""
    with transaction.atomic():
        held = _held(track)
        rows.replace(held, text.cues)
        held.regions, held.notices = text.regions, notices_of(text)
        held.state, held.error_code, held.error_message = Track.State.READY, "", ""
        held.revision += 1
        for name, value in facts.items():
            setattr(held, name, value)
        fields = ["regions", "notices", *_STATE, "revision"]
        held.save(update_fields=[*fields, *facts, "updated_at"])
        _told("video.track.ready", held)
    return held


def make_ready(track: Track, notices: Sequence[Mapping[str, Any]]) -> None:
    """Make an audio track ready whose row is held, as it can be heard now."""
    track.state, track.error_code, track.error_message = Track.State.READY, "", ""
    track.notices = [dict(notice) for notice in notices]
    track.revision += 1
    fields = ["notices", *_STATE, "revision", "updated_at"]
    track.save(update_fields=fields)
    _told("video.track.ready", track)


def hold_track(track_id: UUID) -> Track | None:
    """Lock the row of a track after that of its video, and return it; None if it is gone."""
    track = Track.objects.filter(pk=track_id).first()
    if track is None:
        return None
    try:
        return _held(track)
    except Track.DoesNotExist:
        return None


def fail(track: Track, code: str, message: str) -> None:
    """Record why a track could not be made."""
    with transaction.atomic():
        held = _held(track)
        held.state, held.error_code, held.error_message = Track.State.FAILED, code, message
        held.save(update_fields=[*_STATE, "updated_at"])
        _told("video.track.failed", held)


def delete(track: Track) -> None:
    """Delete a track and its cues. Raises ``Track.DoesNotExist``."""
    with transaction.atomic():
        held = _held(track)
        _told("video.track.deleted", held)
        audit.person_did("track.deleted", held, video=str(held.video_id))
        removed.note(held)
        sound_files.let_go([held])
        held.delete()
        if held.kind == Track.Kind.CHAPTERS:  # what follows changes of them looks at those left
            others = Track.objects.filter(video=held.video_id, kind=held.kind)
            others.update(updated_at=timezone.now())


def forget_orphans() -> int:
    """Delete tracks whose video is gone; return how many rows that were. Only the previous version,
    which does not know this table, deletes videos without them."""
    is_gone = ~Exists(Video.objects.filter(pk=OuterRef("video_id")))
    with transaction.atomic():
        orphans = Track.objects.filter(is_gone)
        sound_files.let_go(orphans.filter(kind=Track.Kind.AUDIO))
        return orphans.delete()[0]


def notices_of(text: Document) -> list[dict[str, Any]]:
    """Return the notices of a document as they are stored."""
    return [{"code": one.code, "details": dict(one.details)} for one in text.notices]


def _hold(video_id: UUID) -> None:
    Video.objects.select_for_update(of=("self",), no_key=True).get(pk=video_id, deleted_at=None)


def _held(track: Track) -> Track:
    """Lock the row of a track after that of its video, and return it as it stands."""
    list(Video.objects.select_for_update(of=("self",), no_key=True).filter(pk=track.video_id))
    return Track.objects.select_for_update(of=("self",)).get(pk=track.pk)


def _take_default(video_id: UUID, kind: str, *, but: UUID | None = None) -> None:
    """Let no other track of this kind be the default."""
    others = Track.objects.filter(video=video_id, kind=kind, is_default=True)
    others = others if but is None else others.exclude(pk=but)
    others.update(is_default=False, revision=F("revision") + 1, updated_at=timezone.now())


def _told(kind: str, track: Track, *, lists: bool = True) -> None:
    """Log a change of a track; if it changes what playlists list, they are rendered anew."""
    if lists:
        Video.objects.filter(pk=track.video_id).update(tracks_revision=F("tracks_revision") + 1)
    log.write(
        kind,
        track.video_id,
        track={
            "id": str(track.pk),
            "kind": track.kind,
            "language": track.language,
            "label": track.label,
            "default": track.is_default,
            "revision": track.revision,
        },
    )
