"""The texts that players show beside a video, with their addresses for a viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from videos import access
from videos.models import Track, Video
from videos.playback import services
from videos.tracks import selectors


@dataclass(frozen=True)
class PlayedTrack:
    """A text that players show; ``vtt`` is the address of its WebVTT."""

    id: UUID
    kind: str
    language: str
    name: str
    default: bool
    vtt: str


def of(video: Video, viewer: access.Viewer, *, held: bool = False) -> Sequence[PlayedTrack]:
    """Return the texts of a video, in the order in which they were added. Its tracks must be
    loaded."""
    tracks = [one for one in video.tracks.all() if one.is_text and one.state == Track.State.READY]
    base = services.tracks_url(video, viewer, held=held) if tracks else None
    if base is None:
        return ()
    return [
        PlayedTrack(
            id=one.pk,
            kind=one.kind,
            language=one.language,
            name=selectors.name_of(one),
            default=one.is_default,
            vtt=f"{base}{one.pk}.vtt",
        )
        for one in tracks
    ]
