"""The tracks that come by themselves, and that somebody deleted: they do not come back.

Each has a name that says where it comes from; the video remembers those that were deleted.
"""

from __future__ import annotations

from uuid import UUID

from videos.models import Track, Video

_COMING = (Track.Origin.EMBEDDED, Track.Origin.DESCRIPTION)


def name(origin: str, stream: int | None) -> str:
    """Return the name of a track that comes by itself, from a ``stream`` of the source or not."""
    return origin if stream is None else f"{origin}:{stream}"


def name_of(track: Track) -> str:
    """Return the name of a track."""
    return name(track.origin, track.stream)


def of(video: Video) -> set[str]:
    """Return the names of the tracks of a video that were deleted."""
    return set(video.removed_tracks or ())


def note(track: Track) -> None:
    """Remember that a track is deleted, whose video's row is locked."""
    if track.origin not in _COMING:
        return
    held = Video.objects.filter(pk=track.video_id)
    for video in held.only("removed_tracks"):
        held.update(removed_tracks=sorted({*of(video), name_of(track)}))


def forget(video_id: UUID, *names: str) -> None:
    """Let deleted tracks of a video come back: those of these names, or all."""
    for video in Video.objects.filter(pk=video_id).exclude(removed_tracks=None):
        left = sorted(of(video).difference(names)) if names else []
        Video.objects.filter(pk=video_id).update(removed_tracks=left or None)
