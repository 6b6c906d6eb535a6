"""The audio that is added to a video as a track, and what is made of it for each release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from videos import objects
from videos.models import Release, Sound, Track
from videos.tracks import services


def of_video(video_id: UUID) -> list[UUID]:
    """Return the audio tracks of a video, in the order in which they were added."""
    rows = Track.objects.filter(video=video_id, kind=Track.Kind.AUDIO).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def lacking() -> QuerySet[Track]:
    """Return the audio tracks that the complete releases of their videos lack."""
    made = Sound.objects.filter(track=OuterRef("pk"), release=OuterRef("video__release"))
    return Track.objects.filter(
        ~Exists(made),
        kind=Track.Kind.AUDIO,
        state__in=(Track.State.PROCESSING, Track.State.READY),
        video__deleted_at=None,
        video__release__state=Release.State.COMPLETE,
    )


def record(made: Sound, notices: Sequence[Mapping[str, Any]]) -> None:
    """List the audio that was made of a track for a release, in place of what was made before, and
    make the track ready. Call it in a transaction; if the track was deleted meanwhile, the object
    is marked."""
    track = services.hold_track(made.track_id)
    if track is None or not Release.objects.filter(pk=made.release_id).exists():
        objects.mark_outputs([made.key])
        return
    before = Sound.objects.filter(track=track, release=made.release_id)
    objects.mark_outputs(before.values_list("key", flat=True))
    before.delete()
    made.save(force_insert=True)
    services.make_ready(track, notices)
