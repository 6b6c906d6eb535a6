"""What a video is on a page: words and addresses, ready to be shown."""

from dataclasses import dataclass
from typing import Any

from processing.ffmpeg.media import Media
from processing.models import Run
from processing.monitoring import progress
from videos import access
from videos.models import Rendition, Video
from videos.pages import words
from videos.playback import services as playback

_GOING_ON = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING, Video.Status.PROCESSING)


@dataclass(frozen=True)
class Working:
    """What is going on with a video: percent, and words for stage and time left."""

    percent: float
    stage: str
    time_left: str


@dataclass(frozen=True)
class Card:
    """A video in the library."""

    video: Video
    title: str
    poster: str | None
    duration: str
    status: str
    working: Working | None
    is_audio: bool


@dataclass(frozen=True)
class Failure:
    """Why a video cannot be played, and what to do."""

    message: str
    advice: str
    code: str
    may_retry: bool
    retry_may_help: bool


@dataclass(frozen=True)
class Notice:
    """Something that was left out, shortened, guessed or repaired, and what can be done."""

    code: str
    message: str
    advice: str


@dataclass(frozen=True)
class Watch:
    """A video on its own page. ``stage`` is what stands where the picture is:
    player, working, failed, canceled or nothing; ``available`` how much of it plays, while
    that grows; ``notices`` are for whoever may edit it."""

    card: Card
    stage: str
    hls: str | None
    available: str
    failure: Failure | None
    facts: list[tuple[str, str]]
    notices: list[Notice]
    may_edit: bool
    may_cancel: bool
    may_reprocess: bool
    is_settled: bool


def card(video: Video, viewer: access.Viewer) -> Card:
    """A video read through ``library.readable``."""
    seconds = playback.duration_of(video)
    return Card(
        video=video,
        title=video.title or "Untitled",
        poster=playback.poster_url(video, viewer, held=True),
        duration=words.duration(seconds) if seconds else "",
        status=words.STATUSES[Video.Status(video.status)],
        working=_working(video),
        is_audio=video.media_type == Video.MediaType.AUDIO,
    )


def watch(video: Video, viewer: access.Viewer) -> Watch:
    """A video read with its renditions."""
    shown = card(video, viewer)
    may_edit = access.may_edit(video, viewer)
    hls = playback.hls_url(video, viewer, held=True)
    return Watch(
        card=shown,
        stage=_stage(video, hls),
        hls=hls,
        available=_available(video),
        failure=_failure(video) if video.status == Video.Status.FAILED else None,
        facts=facts(video, may_edit=may_edit),
        notices=_notices(video) if may_edit else [],
        may_edit=may_edit,
        may_cancel=may_edit and shown.working is not None,
        may_reprocess=may_edit and shown.working is None and video.source is not None,
        is_settled=shown.working is None,
    )


def _notices(video: Video) -> list[Notice]:
    told = (video.release.notices if video.release else None) or []
    return [Notice(one["code"], one["message"], words.notice_advice(one["code"])) for one in told]


_FILE = "File"


def facts(video: Video, *, may_edit: bool) -> list[tuple[str, str]]:
    """Names and values for the quiet list beside the player; what the file was called only for
    whoever may edit the video."""
    rows = [row for row in _source_facts(video) if may_edit or row[0] != _FILE]
    if video.release:
        heights = [r.name for r in video.release.renditions.all() if r.kind == Rendition.Kind.VIDEO]
        rows.append(("Qualities", ", ".join(heights)))
    rows.append(("Uploaded", f"{video.created_at:%-d %b %Y, %H:%M} UTC"))
    return [(name, value) for name, value in rows if value]


def _source_facts(video: Video) -> list[tuple[str, str]]:
    source = video.source
    if source is None:
        return []
    size = ("Size", words.size(source.size))
    if source.found is None:
        return [(_FILE, source.filename), size]
    media, seconds = Media.from_json(source.found), playback.duration_of(video)
    picture, sound = media.video, media.audio[0] if media.audio else None
    return [
        ("Duration", words.duration(seconds) if seconds else ""),
        ("Picture", f"{picture.display_width} × {picture.display_height}" if picture else ""),  # noqa: RUF001  # the sign for it
        ("Frame rate", words.frame_rate(picture.frame_rate, picture.varies) if picture else ""),
        ("Video codec", _codec(picture)),
        ("Audio codec", _codec(sound)),
        size,
        (_FILE, source.filename),
    ]


_CODECS = {
    "aac": "AAC",
    "av1": "AV1",
    "flac": "FLAC",
    "h264": "H.264",
    "hevc": "HEVC",
    "mp3": "MP3",
    "opus": "Opus",
    "prores": "ProRes",
    "vp8": "VP8",
    "vp9": "VP9",
}


def _codec(stream: Any) -> str:
    return _CODECS.get(stream.codec, stream.codec) if stream else ""


def _working(video: Video) -> Working | None:
    if video.status not in _GOING_ON and not _is_reprocessed(video):
        return None
    now = progress.progress(video)
    return Working(
        percent=now.percent,
        stage=words.STAGES.get(now.stage, words.STAGES["processing"]),
        time_left=words.time_left(now.eta_seconds),
    )


def _is_reprocessed(video: Video) -> bool:
    """A ready video may be worked on again; the pictures that follow a first run are no matter."""
    run = progress.current_run(video)
    return run is not None and run.status in Run.ACTIVE and run.kind == Run.Kind.REPROCESS


def _stage(video: Video, hls: str | None) -> str:
    if hls is not None:
        return "player"
    return {
        Video.Status.FAILED: "failed",
        Video.Status.CANCELED: "canceled",
        Video.Status.READY: "unavailable",
    }.get(Video.Status(video.status), "working")


def _available(video: Video) -> str:
    release = video.release
    if release is None or release.is_complete:
        return ""
    return words.available(release.available_seconds, playback.duration_of(video))


def _failure(video: Video) -> Failure:
    return Failure(
        message=video.error_message,
        advice=words.advice(video.error_code),
        code=video.error_code,
        may_retry=video.source is not None,
        retry_may_help=words.retry_may_help(video.error_code),
    )
