"""Queries for showing videos, and typed values that both the API and the pages render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.db.models import Prefetch, Q, QuerySet

from processing.ffmpeg.media import Media
from processing.ffmpeg.notices import Notice
from processing.monitoring import progress
from videos.models import Picture, Rendition, Source, Track, Video

# FFmpeg names a demuxer that reads several formats by all their names.
_FAMILIES = {"mov,mp4,m4a,3gp,3g2,mj2": "mp4", "matroska,webm": "matroska"}


@dataclass(frozen=True)
class SourceFacts:
    """The facts of an original file. The probe's results are None until it has run, and where the
    file has no such stream. ``size`` is in bytes, ``duration`` in seconds, ``width`` and ``height``
    in pixels as displayed, ``bitrate`` in bits per second; ``dropped_at`` is when it was deleted as
    its owner had chosen."""

    filename: str | None
    size: int
    sha256: str | None
    container: str | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    frame_rate: Fraction | None = None
    variable_frame_rate: bool | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    bitrate: int | None = None
    dropped_at: datetime | None = None


# Of each release, a card shows a few of many pictures.
_ON_CARDS = Q(name__startswith="poster-") | Q(kind__in=("preview", "waveform"))


def with_card(videos: QuerySet[Video]) -> QuerySet[Video]:
    """Load videos with all that a card shows, in two queries."""
    pictures = Prefetch("release__pictures", Picture.objects.filter(_ON_CARDS))
    return _with_run(videos).prefetch_related(pictures)


def with_everything(videos: QuerySet[Video]) -> QuerySet[Video]:
    """Load videos with all that the API and the watch page show, in four queries."""
    renditions = Prefetch("release__renditions", Rendition.objects.largest_first())
    tracks = Prefetch("tracks", Track.objects.ready().order_by("id"))
    loaded = _with_run(videos.select_related("owner"))
    return loaded.prefetch_related(renditions, "release__pictures", tracks)


def _with_run(videos: QuerySet[Video]) -> QuerySet[Video]:
    return progress.with_run(videos.select_related("source", "release"))


def source_facts(source: Source, duration: float) -> SourceFacts:
    """Return the facts of an original; ``duration`` is the best known duration of its video."""
    about = SourceFacts(
        source.filename, source.size, source.sha256 or None, dropped_at=source.dropped_at
    )
    if source.found is None:
        return about
    media = Media.from_json(source.found)
    frames, audio = media.video, media.audio[0] if media.audio else None
    return replace(
        about,
        container=container(media.container),
        duration=duration,
        width=frames.display_width if frames else None,
        height=frames.display_height if frames else None,
        frame_rate=frames.frame_rate if frames else None,
        variable_frame_rate=frames.varies if frames else None,
        video_codec=frames.codec if frames else None,
        audio_codec=audio.codec if audio else None,
        bitrate=media.bitrate,
    )


def container(name: str) -> str:
    """Return FFmpeg's container name in one word; for a family (MP4, QuickTime, 3GP) the family's
    name."""
    return _FAMILIES.get(name) or name.partition(",")[0]


def rungs(video: Video) -> Sequence[str]:
    """Return the names of the playing rungs, largest first, of a video read with everything."""
    rows = video.release.renditions.all() if video.release else ()
    return [row.name for row in rows if row.kind == Rendition.Kind.VIDEO]


def notices(video: Video) -> Sequence[Notice]:
    """Return the notices of the release that plays."""
    stored = (video.release.notices if video.release else None) or []
    return [Notice.from_json(one) for one in stored]
