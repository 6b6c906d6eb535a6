"""Prepare videos for display on pages: their words and addresses."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from processing.models import Run
from processing.monitoring import progress
from videos import access, selectors
from videos.models import Source, Video
from videos.pages import bar, player, posters, provenance, standing, words
from videos.pages.player import Player
from videos.pages.posters import Poster
from videos.pages.standing import Standing
from videos.playback import pictures
from videos.playback import services as playback
from videos.playback.picture_shapes import Preview
from videos.spoken import Match

_TAGS_ON_CARD = 4
_GOING_ON = (Video.Status.PENDING_UPLOAD, Video.Status.UPLOADING, Video.Status.PROCESSING)


@dataclass(frozen=True)
class Working:
    """The work on a video: its ``percent`` of the bar, the percent at which the job
    ``begins_at``, the id of the ``job``, whether it waits for its turn, and words for the stage
    and the time left."""

    percent: float
    begins_at: float
    job: str
    waits: bool
    stage: str
    time_left: str


@dataclass(frozen=True)
class Said:
    """A moment at which the words of a search are said: a time as people write it, its whole
    seconds, and what is said."""

    at: str
    seconds: int
    text: str


@dataclass(frozen=True)
class Card:
    """A video in the library. ``reason`` is why it failed; ``available`` tells how much of it plays
    while that grows; ``more_tags`` counts those that are not shown. ``waveform`` is the address of
    its picture; ``preview`` moves while the pointer or the focus rests on the card."""

    video: Video
    title: str
    poster: Poster | None
    waveform: str | None
    preview: Preview | None
    duration: str
    status: str
    reason: str
    available: str
    working: Working | None
    is_audio: bool
    standing: Standing | None
    tags: list[str]
    more_tags: int
    said: Sequence[Said] = ()


@dataclass(frozen=True)
class Failure:
    """Why a video cannot be played, and advice."""

    message: str
    advice: str
    code: str
    may_retry: bool
    retry_may_help: bool


@dataclass(frozen=True)
class Notice:
    """Something that was left out, shortened, guessed or repaired, with advice."""

    code: str
    message: str
    advice: str


@dataclass(frozen=True)
class Watch:
    """A video on its watch page.

    ``stage`` names what is shown in the picture's place: player, working, failed, canceled or
    unavailable. ``available`` tells how much of the video plays, while that grows. ``failure``,
    ``facts``, ``notices`` and ``standing`` are set only for viewers who may inspect it.
    ``is_generated`` tells everybody that an AI made it.
    ``plays_on`` tells how long others may go on playing it after it is hidden; it is empty if that
    ends at once.
    """

    card: Card
    author: str
    is_generated: bool
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
    may_take_original: bool
    original_size: str
    is_settled: bool


def card(video: Video, viewer: access.Viewer, matches: Sequence[Match] = ()) -> Card:
    """Return the card of a video that was read through ``library.readable``, with the moments at
    which the words of a search are said."""
    seconds = playback.duration_of(video)
    found = pictures.of(video, viewer, held=True)
    return Card(
        video=video,
        title=title_of(video),
        poster=posters.of(found),
        waveform=found.waveform.image if found.waveform else None,
        preview=found.preview,
        duration=words.duration(seconds) if seconds else "",
        status=words.STATUSES[Video.Status(video.status)],
        reason=video.error_message if video.status == Video.Status.FAILED else "",
        available=_available(video),
        working=working(video),
        is_audio=video.media_type == Video.MediaType.AUDIO,
        standing=standing.of(video, viewer),
        tags=video.tags[:_TAGS_ON_CARD],
        more_tags=max(0, len(video.tags) - _TAGS_ON_CARD),
        said=[Said(words.clock(one.time), int(one.time), one.text) for one in matches],
    )


def watch(video: Video, viewer: access.Viewer) -> Watch:
    """Return the watch page's data of a video that was read with its renditions."""
    shown = card(video, viewer)
    may_inspect = access.may_inspect(video, viewer)
    may_reprocess = access.may_reprocess(video, viewer)
    playing = player.of(video, viewer)
    return Watch(
        card=shown,
        author=author_of(video),
        is_generated=provenance.is_generated(video),
        stage="player" if playing else _stage(video, may_inspect=may_inspect),
        player=playing,
        available=_available(video),
        standing=shown.standing if may_inspect else None,
        failure=_failure(video) if may_inspect and video.status == Video.Status.FAILED else None,
        facts=facts(video, viewer) if may_inspect else [],
        notices=_notices(video) if may_inspect else [],
        plays_on=words.at_most_hours(playback.seconds_it_plays_on(video)),
        may_inspect=may_inspect,
        may_edit=access.may_edit(video, viewer),
        may_delete=access.may_delete(video, viewer),
        may_cancel=access.may_cancel(video, viewer) and shown.working is not None,
        may_reprocess=may_reprocess and shown.working is None and video.has_original,
        may_take_original=video.has_original and access.may_take_original(video, viewer),
        original_size=words.size(video.source.size) if video.source else "",
        is_settled=shown.working is None,
    )


def _notices(video: Video) -> list[Notice]:
    return [
        Notice(one.code, one.message, words.notice_advice(one.code))
        for one in selectors.notices(video)
    ]


def title_of(video: Video) -> str:
    """Return the title, or "Untitled" for a video without one."""
    return video.title or "Untitled"


def author_of(video: Video) -> str:
    """Return the owner's name; empty if the owner gave none, since the email address is private."""
    owner: User = video.owner
    return owner.get_full_name()


def facts(video: Video, viewer: access.Viewer) -> list[tuple[str, str]]:
    """Return names and values of facts about the original and what was made of it. Folders are seen
    by their owner alone."""
    rows = [*provenance.facts(video), *_source_facts(video)]
    if video.release:
        rows.append(("Qualities", ", ".join(selectors.rungs(video))))
    rows.append(("Uploaded", f"{video.created_at:%-d %b %Y, %H:%M} UTC"))
    rows.append(("Same file as", _same_file(video)))
    if video.folder and video.owner_id == viewer.pk:
        rows.append(("Folder", video.folder.name))
    rows.append(("External id", video.external_id))
    rows.append(
        ("Metadata", json.dumps(video.metadata, ensure_ascii=False) if video.metadata else "")
    )
    return [(name, value) for name, value in rows if value]


def _same_file(video: Video) -> str:
    """Return of which video this is a duplicate, and whether it needed no work of its own."""
    other = video.duplicate_of
    if other is None:
        return ""
    shares = video.release_id is not None and video.release_id == other.release_id
    return title_of(other) + (", whose files it shares" if shares else "")


def _source_facts(video: Video) -> list[tuple[str, str]]:
    return source_facts(video.source, playback.duration_of(video)) if video.source else []


def source_facts(source: Source, seconds: float) -> list[tuple[str, str]]:
    """Return names and values of the probe's results for a file of this duration."""
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
        ("Original", _dropped(source)),
    ]


def _dropped(source: Source) -> str:
    return f"Deleted on {source.dropped_at:%-d %b %Y}, as chosen" if source.dropped_at else ""


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
    """Return the work on a video that was read with its job; None if nothing is going on."""
    if video.status not in _GOING_ON and not _is_reprocessed(video):
        return None
    now, job = progress.progress(video), progress.current_run(video)
    again = job is not None and job.kind == Run.Kind.REPROCESS
    arriving = video.status == Video.Status.PENDING_UPLOAD
    begins_at = 0.0 if again or arriving else bar.UPLOAD_SHARE
    if now.download is not None:
        return _downloading(now, job.id if job else "")
    return Working(
        percent=bar.percent(now.percent, begins_at=begins_at),
        begins_at=begins_at,
        job=job.id if job else "",
        waits=now.place is not None,
        stage=bar.stage(now.stage, now.percent, now.place),
        time_left=bar.time_left(now.eta_seconds, now.place, now.percent) if job else "",
    )


def _downloading(now: progress.Progress, job: str) -> Working:
    """Return the work on an import whose file has not arrived yet: it has the upload's share of the
    bar."""
    share = now.download.share if now.download else 0.0
    return Working(
        percent=bar.UPLOAD_SHARE * share,
        begins_at=bar.UPLOAD_SHARE,
        job=job,
        waits=now.place is not None,
        stage=bar.stage(now.stage, now.percent, now.place),
        time_left=bar.download(now),
    )


def _is_reprocessed(video: Video) -> bool:
    """Return whether a ready video is being processed again. Making the pictures of the release
    that it plays does not count."""
    job = progress.current_run(video)
    if job is None or job.status not in Run.ACTIVE or job.id == str(video.release_id):
        return False
    return job.kind == Run.Kind.REPROCESS


def _stage(video: Video, *, may_inspect: bool) -> str:
    if not may_inspect and video.status not in _GOING_ON:
        return "unavailable"  # only its owner learns the cause and the remedy
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
        may_retry=video.has_original,
        retry_may_help=words.retry_may_help(video.error_code),
    )
