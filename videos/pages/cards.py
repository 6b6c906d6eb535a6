"""What a video is on a page: words and addresses, ready to be shown."""

from dataclasses import dataclass

from accounts.models import User
from processing.models import Run
from processing.monitoring import progress
from videos import access, selectors
from videos.models import Source, Video
from videos.pages import bar, player, standing, words
from videos.pages.player import Player
from videos.pages.standing import Standing
from videos.playback import services as playback

_GOING_ON = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING, Video.Status.PROCESSING)


@dataclass(frozen=True)
class Working:
    """What is going on with a video: percent of a bar that ``begins_at`` so many, the ``job`` that
    moves it, whether it waits for its turn, and words for stage and time left."""

    percent: float
    begins_at: float
    job: str
    waits: bool
    stage: str
    time_left: str


@dataclass(frozen=True)
class Card:
    """A video in the library; ``reason`` is why it failed, ``available`` how much of it plays
    while that grows."""

    video: Video
    title: str
    poster: str | None
    poster_small: str | None
    duration: str
    status: str
    reason: str
    available: str
    working: Working | None
    is_audio: bool
    standing: Standing | None


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
    player, working, failed, canceled or unavailable; ``available`` how much of it plays, while
    that grows; ``failure``, ``facts``, ``notices`` and ``standing`` are for whoever may inspect
    it; ``plays_on`` is for how long others may go on playing it when it is hidden, empty where that
    ends at once."""

    card: Card
    author: str
    stage: str
    player: Player | None
    available: str
    standing: Standing | None
    failure: Failure | None
    facts: list[tuple[str, str]]
    notices: list[Notice]
    plays_on: str
    may_inspect: bool
    may_edit: bool
    may_delete: bool
    may_cancel: bool
    may_reprocess: bool
    is_settled: bool


def card(video: Video, viewer: access.Viewer) -> Card:
    """A video read through ``library.readable``."""
    seconds = playback.duration_of(video)
    return Card(
        video=video,
        title=title_of(video),
        poster=playback.poster_url(video, viewer, held=True),
        poster_small=playback.small_poster_url(video, viewer, held=True),
        duration=words.duration(seconds) if seconds else "",
        status=words.STATUSES[Video.Status(video.status)],
        reason=video.error_message if video.status == Video.Status.FAILED else "",
        available=_available(video),
        working=working(video),
        is_audio=video.media_type == Video.MediaType.AUDIO,
        standing=standing.of(video, viewer),
    )


def watch(video: Video, viewer: access.Viewer) -> Watch:
    """A video read with its renditions."""
    shown = card(video, viewer)
    may_inspect = access.may_inspect(video, viewer)
    may_reprocess = access.may_reprocess(video, viewer)
    playing = player.of(video, viewer)
    return Watch(
        card=shown,
        author=author_of(video),
        stage="player" if playing else _stage(video, may_inspect=may_inspect),
        player=playing,
        available=_available(video),
        standing=shown.standing if may_inspect else None,
        failure=_failure(video) if may_inspect and video.status == Video.Status.FAILED else None,
        facts=facts(video) if may_inspect else [],
        notices=_notices(video) if may_inspect else [],
        plays_on=words.at_most_hours(playback.seconds_it_plays_on(video)),
        may_inspect=may_inspect,
        may_edit=access.may_edit(video, viewer),
        may_delete=access.may_delete(video, viewer),
        may_cancel=access.may_cancel(video, viewer) and shown.working is not None,
        may_reprocess=may_reprocess and shown.working is None and video.source is not None,
        is_settled=shown.working is None,
    )


def _notices(video: Video) -> list[Notice]:
    return [
        Notice(one.code, one.message, words.notice_advice(one.code))
        for one in selectors.notices(video)
    ]


def title_of(video: Video) -> str:
    """What a video is called where something has to stand."""
    return video.title or "Untitled"


def author_of(video: Video) -> str:
    """The name its owner goes by; empty for one who gave none: an address is nobody's business."""
    owner: User = video.owner
    return owner.get_full_name()


def facts(video: Video) -> list[tuple[str, str]]:
    """Names and values of what was handed in and made of it."""
    rows = _source_facts(video)
    if video.release:
        rows.append(("Qualities", ", ".join(selectors.rungs(video))))
    rows.append(("Uploaded", f"{video.created_at:%-d %b %Y, %H:%M} UTC"))
    return [(name, value) for name, value in rows if value]


def _source_facts(video: Video) -> list[tuple[str, str]]:
    return source_facts(video.source, playback.duration_of(video)) if video.source else []


def source_facts(source: Source, seconds: float) -> list[tuple[str, str]]:
    """Names and values of what the probe found in a file of so many seconds."""
    found = selectors.source_facts(source, seconds)
    rate, varies = found.frame_rate, bool(found.variable_frame_rate)
    return [
        ("Duration", words.duration(seconds) if found.duration else ""),
        ("Picture", f"{found.width} × {found.height}" if found.width else ""),  # noqa: RUF001  # the sign for it
        ("Frame rate", words.frame_rate(rate, varies) if rate else ""),
        ("Video codec", _codec(found.video_codec)),
        ("Audio codec", _codec(found.audio_codec)),
        ("Size", words.size(found.size)),
        ("File", source.filename),
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


def _codec(name: str | None) -> str:
    return _CODECS.get(name, name) if name else ""


def working(video: Video) -> Working | None:
    """What is going on with a video read with its job; None when nothing is."""
    if video.status not in _GOING_ON and not _is_reprocessed(video):
        return None
    now, job = progress.progress(video), progress.current_run(video)
    again = job is not None and job.kind == Run.Kind.REPROCESS
    arriving = video.status == Video.Status.PENDING_UPLOAD
    begins_at = 0.0 if again or arriving else bar.UPLOAD_SHARE
    return Working(
        percent=bar.percent(now.percent, begins_at=begins_at),
        begins_at=begins_at,
        job=job.id if job else "",
        waits=now.place is not None,
        stage=bar.stage(now.stage, now.percent, now.place),
        time_left=bar.time_left(now.eta_seconds, now.place, now.percent) if job else "",
    )


def _is_reprocessed(video: Video) -> bool:
    """A ready video may be worked on again; the pictures that follow a first job are no matter."""
    job = progress.current_run(video)
    return job is not None and job.status in Run.ACTIVE and job.kind == Run.Kind.REPROCESS


def _stage(video: Video, *, may_inspect: bool) -> str:
    if not may_inspect and video.status not in _GOING_ON:
        return "unavailable"  # why, and what to do about it, is its owner's business
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
