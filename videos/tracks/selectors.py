"""Read the tracks of videos and the cues of tracks, as types that playlists and pages render."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language_info

from processing.captions import document
from processing.captions.document import Document, Word
from processing.packaging.texts import TextTrack
from videos.models import Cue, Sound, Track

_KINDS = {
    Track.Kind.CAPTIONS: "Captions",
    Track.Kind.SUBTITLES: "Subtitles",
    Track.Kind.FORCED: "Forced subtitles",
    Track.Kind.CHAPTERS: "Chapters",
    Track.Kind.AUDIO: "Sound",
}
_REGION_NAME = re.compile(r"^id:(\S+)", re.MULTILINE)


def name_of(track: Track) -> str:
    """Return the name of a track in menus: its label, else its language in its own words, else its
    kind. What an engine recognised is marked so."""
    if track.label:
        return track.label
    language = language_name(track.language)
    if not language:
        language = _KINDS[Track.Kind(track.kind)]
    elif track.kind == Track.Kind.FORCED:
        return f"{language} (forced)"
    return f"{language} (automatic)" if is_automatic(track) else language


def is_automatic(track: Track) -> bool:
    """Whether the text was recognised by an engine, and nobody has looked through it since."""
    return track.origin == Track.Origin.GENERATED and not track.edited


def language_name(language: str) -> str:
    """Return a language's own name; its tag if Django does not know it, or nothing."""
    try:
        return str(get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language


def listed(video_id: UUID, base: str) -> list[TextTrack]:
    """Return the text tracks of a video as its playlists list them. ``base`` is the address under
    which the files of its tracks lie."""
    return [shown(track, base) for track in _texts(video_id)]


def sounds(video_id: UUID, release_id: UUID) -> list[Sound]:
    """Return what was made for a release of the audio tracks of a video, with the tracks joined."""
    rows = Sound.objects.filter(release=release_id, track__video=video_id)
    ready = rows.filter(track__state=Track.State.READY).select_related("track")
    return list(ready.order_by("track"))


def with_text(video_id: UUID) -> list[Track]:
    """Return the tracks of a video that have cues to show, chapters among them, in the order in
    which they were added."""
    rows = Track.objects.filter(video=video_id).ready().exclude(kind=Track.Kind.AUDIO)
    return list(rows.order_by("id"))


def has_default(video_id: UUID, kind: str) -> bool:
    """Whether a track of this kind is the default of a video."""
    return Track.objects.filter(video=video_id, kind=kind, is_default=True).exists()


def chapters(video_id: UUID) -> list[tuple[int, str]]:
    """Return the milliseconds at which the chapters of a video begin, with their titles: those of
    the default track of chapters, or else of the first."""
    rows = Track.objects.filter(video=video_id, kind=Track.Kind.CHAPTERS).ready()
    track = rows.order_by("-is_default", "id").first()
    if track is None:
        return []
    return list(Cue.objects.filter(track=track).values_list("start", "plain"))


def shown(track: Track, base: str) -> TextTrack:
    """Return a text track as playlists list it."""
    return TextTrack(
        address=f"{base}{track.pk}",
        name=name_of(track),
        language=track.language,
        described=track.kind == Track.Kind.CAPTIONS,
        forced=track.kind == Track.Kind.FORCED,
        default=track.is_default,
    )


def _texts(video_id: UUID) -> QuerySet[Track]:
    return Track.objects.filter(video=video_id).texts().ready().order_by("id")


def document_of(track: Track, *, start: int | None = None, end: int | None = None) -> Document:
    """Return the text of a track, or the cues that are shown between two milliseconds."""
    rows = Cue.objects.filter(track=track)
    if start is not None:
        rows = rows.filter(end__gt=start)
    if end is not None:
        rows = rows.filter(start__lt=end)
    return Document(tuple(as_cue(row) for row in rows.iterator(2000)), track.regions)


def region_names(track: Track) -> frozenset[str]:
    """Return the names of the regions that the settings of its cues may name."""
    return frozenset(_REGION_NAME.findall(track.regions))


def shown_cues(track: Track) -> Iterator[dict[str, Any]]:
    """Yield the cues of a track as the API and pages show them, in seconds."""
    rows = Cue.objects.filter(track=track).values_list(
        "start", "end", "text", "settings", "identifier"
    )
    for start, end, text, settings, identifier in rows.iterator(2000):
        yield {
            "start": start / 1000,
            "end": end / 1000,
            "text": text,
            "settings": settings,
            "identifier": identifier,
        }


def as_cue(row: Cue) -> document.Cue:
    """Return a row as a cue of a document."""
    return document.Cue(
        row.start, row.end, row.text, row.settings, row.identifier, tuple(_words(row.words or ()))
    )


def _words(rows: Iterable[tuple[int, int, str]]) -> Iterable[Word]:
    return (Word(start, end, text) for start, end, text in rows)
