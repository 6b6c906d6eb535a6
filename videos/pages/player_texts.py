"""The texts of a video as its player on a page takes them: captions, subtitles and chapters."""

from __future__ import annotations

import json
from typing import Any

from processing.packaging import texts
from videos import access
from videos.models import Track, Video
from videos.playback import services as playback
from videos.tracks import selectors


def of(video: Video, viewer: access.Viewer) -> str:
    """Return the texts of a video that was read through ``library.watchable``, as the JSON of a
    list. Each has ``id``, ``kind``, ``language`` (BCP 47, or empty), ``name`` (as in playlists,
    where it is different for each text), ``default``, ``revision``, and the ``address`` of its
    files without their suffix."""
    base = playback.tracks_url(video, viewer, held=True)
    if base is None:
        return "[]"
    tracks = selectors.with_text(video.pk)
    shown = [track for track in tracks if track.kind in Track.TEXTS]
    others = [track for track in tracks if track.kind not in Track.TEXTS]
    named = texts.named_apart([selectors.shown(track, base) for track in shown])
    named += [selectors.shown(track, base) for track in others]
    return json.dumps([_one(*pair) for pair in zip([*shown, *others], named, strict=True)])


def _one(track: Track, named: texts.TextTrack) -> dict[str, Any]:
    return {
        "id": str(track.pk),
        "kind": track.kind,
        "language": track.language,
        "name": named.name,
        "default": track.is_default,
        "revision": track.revision,
        "address": named.address,
    }
