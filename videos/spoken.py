"""Find what is said in videos, and when, by the words of their captions and chapters.

Each word that is looked for begins a word of one cue, or of that and the next one, since sentences
go on. PostgreSQL finds cues by an index; on SQLite they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from videos import spoken_index, sqlite_words, words
from videos.models import Cue, Track, Video

MOST_MATCHES = 3
"""How many moments of a video are told."""
_FUNCTION = "videos_heard"


@dataclass(frozen=True)
class Match:
    """A moment at which the words are said: ``time`` in seconds, ``text`` that of its cue."""

    time: float
    text: str
    track: UUID


def tracks_with(text: str, videos: QuerySet[Video] | None = None) -> QuerySet[Track]:
    """Return the tracks in which a text is said: of all videos, or of these, which is quicker if
    they are few."""
    tracks, cues = Track.objects.ready(), _cues(text).order_by()
    if connection.vendor == "sqlite":  # reads no further in a track than to the first cue
        tracks = tracks.filter(Exists(cues.filter(track=OuterRef("pk"))))
        return tracks if videos is None else tracks.filter(video__in=_ids(videos))
    if videos is not None:
        cues = cues.filter(track__video__in=_ids(videos))
    return tracks.filter(pk__in=cues.values("track"))


def _ids(videos: QuerySet[Video]) -> QuerySet[Video, Any]:
    return videos.order_by().values("pk")


def matches(videos: Iterable[Video], text: str) -> Mapping[UUID, list[Match]]:
    """Return for each of some videos the first moments at which a text is said, in one query. They
    are of one of its tracks, the default if that has any."""
    if not words.of(text):
        return {}
    place = Window(RowNumber(), partition_by=F("track"), order_by=["start", "number", "id"])
    rows = (
        _cues(text)
        .filter(track__video__in=[video.pk for video in videos], track__state=Track.State.READY)
        .annotate(place=place)
        .filter(place__lte=MOST_MATCHES)
        .order_by("-track__is_default", "track_id", "start", "number")
        .values_list("track__video", "track", "start", "plain")
    )
    found: dict[UUID, list[Match]] = {}
    for video, track, start, plain in rows:
        told = found.setdefault(video, [])
        if not told or told[0].track == track:
            told.append(Match(start / 1000, " ".join(plain.split()), track))
    return found


def _cues(text: str) -> QuerySet[Cue]:
    if not words.of(text):
        return Cue.objects.none()
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function(_FUNCTION, 2, words.all_begin, deterministic=True)
        heard = Func(Value(text), F("heard"), function=_FUNCTION, output_field=BooleanField())
        may = sqlite_words.may_have(words.of(text), F("heard"))
        return Cue.objects.filter(Case(When(may, then=heard), default=Value(False)))
    return Cue.objects.filter(_Heard(text))


class _Heard(Func):
    """Whether each word of a text begins one of a cue's, on PostgreSQL."""

    output_field = BooleanField()

    def __init__(self, text: str) -> None:
        super().__init__(F("pk"), Value(text))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """Return the condition."""
        key, text = self.get_source_expressions()
        table = compiler.compile(key)[0].rpartition(".")[0]
        asked, parameters = compiler.compile(text)
        return f'{table}."{spoken_index.COLUMN}" @@ videos_query({asked})', parameters
