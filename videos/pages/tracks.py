"""The tracks of a video as its owner manages them, and the page on which their text is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf.locale import LANG_INFO
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from processing import transcribing
from processing.captions import notices
from processing.captions.document import Notice
from videos import access
from videos.events import cursors, log
from videos.models import Rendition, Track, Video
from videos.pages import cards, library, player
from videos.playback import services as playback
from videos.tracks import selectors

KINDS: Mapping[str, str] = {
    Track.Kind.CAPTIONS: "Captions",
    Track.Kind.SUBTITLES: "Subtitles",
    Track.Kind.FORCED: "Forced subtitles",
    Track.Kind.CHAPTERS: "Chapters",
    Track.Kind.AUDIO: "Audio",
}
_MEANINGS: Mapping[str, str] = {
    Track.Kind.CAPTIONS: "Captions: speech and sounds, for those who do not hear",
    Track.Kind.SUBTITLES: "Subtitles: speech, for those who know another language",
    Track.Kind.FORCED: "Forced subtitles: only what nobody would understand without",
    Track.Kind.CHAPTERS: "Chapters: the parts of the video with their titles",
    Track.Kind.AUDIO: "Audio: another language, or a commentary",
}
_ORIGINS: Mapping[str, str] = {
    Track.Origin.FILE: "From a file",
    Track.Origin.URL: "From a link",
    Track.Origin.API: "Written for it",
    Track.Origin.EMBEDDED: "In the original file",
    Track.Origin.GENERATED: "Speech recognition",
    Track.Origin.DESCRIPTION: "From the description",
}
_FILES = (("vtt", "WebVTT (.vtt)"), ("srt", "SubRip (.srt)"), ("txt", "Words alone (.txt)"))


@dataclass(frozen=True)
class Shown:
    """A track in the owner's list: its words, and the addresses of its text as ``files``."""

    track: Track
    name: str
    kind: str
    language: str
    origin: str
    size: str
    notices: Sequence[str]
    files: Sequence[tuple[str, str]]
    may_be_edited: bool


@dataclass(frozen=True)
class Offered:
    """What can be chosen for a track: kinds with their meaning, and languages with the name that
    their speakers use."""

    kinds: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]


def context(video: Video, viewer: access.Viewer) -> dict[str, Any]:
    """Return what the watch page shows to those who may edit a video, which was read through
    ``library.watchable``."""
    told = {"tracks": of(video, viewer), "offered": offered()}
    return {**told, "may_transcribe": _may_transcribe(video, viewer)}


def _may_transcribe(video: Video, viewer: access.Viewer) -> bool:
    """Return whether somebody may have what is said in a video made into captions, and an engine
    could."""
    release = video.release
    if release is None or not release.is_complete or not access.may_reprocess(video, viewer):
        return False
    if not any(one.kind == Rendition.Kind.AUDIO for one in release.renditions.all()):
        return False
    try:
        transcribing.require(video)
    except (transcribing.TranscriptionOff, transcribing.TooLongToTranscribe):
        return False
    return True


def of(video: Video, viewer: access.Viewer) -> list[Shown]:
    """Return the tracks of a video that was read through ``library.watchable``."""
    tracks = Track.objects.filter(video=video).annotate(cue_count=Count("cues")).order_by("id")
    base = playback.tracks_url(video, viewer, held=True)
    return [_shown(track, base) for track in tracks]


def offered() -> Offered:
    """Return what can be chosen for a track."""
    languages = [
        (f"{told['name']} ({code})", str(told["name_local"]))
        for code, told in LANG_INFO.items()
        if "name" in told
    ]
    return Offered(list(_MEANINGS.items()), sorted(languages))


@require_safe
@never_cache
@login_required
def edit(request: HttpRequest, video_id: UUID, track_id: UUID) -> HttpResponse:
    """Show the text of a track beside the player, for those who may change it."""
    user = cast(User, request.user)
    since = cursors.encode(log.newest())
    video = get_object_or_404(library.watchable(user), pk=video_id)
    texts = Track.objects.exclude(kind=Track.Kind.AUDIO)
    track = get_object_or_404(texts, pk=track_id, video=video)
    if not access.may_edit(video, user):
        raise Http404
    context = {
        "video": video,
        "title": cards.title_of(video),
        "track": track,
        "name": selectors.name_of(track),
        "kind": KINDS[track.kind],
        "is_chapters": (is_chapters := track.kind == Track.Kind.CHAPTERS),
        # Chapters end where the next begins.
        "times": [("start", "Start"), *([] if is_chapters else [("end", "End")])],
        "player": player.of(video, user),
        "milliseconds": round(playback.duration_of(video) * 1000),
        # Only the owner's feed reports its changes.
        "feed_since": since if video.owner_id == user.pk else None,
    }
    return render(request, "pages/track_edit.html", context)


def _shown(track: Track, base: str | None) -> Shown:
    is_ready = track.is_text and track.state == Track.State.READY
    language = selectors.language_name(track.language)
    told = (Notice(one["code"], one["details"]) for one in track.notices)
    return Shown(
        track=track,
        name=selectors.name_of(track),
        kind=KINDS[track.kind],
        language=language or "Language not known",
        origin=_ORIGINS[track.origin] + (", edited" if track.edited else ""),
        size=_size(track) if is_ready else "",
        notices=[notices.sentence(one) for one in told],
        files=[(f"{base}{track.pk}.{suffix}?download", said) for suffix, said in _FILES]
        if is_ready and base
        else [],
        may_be_edited=is_ready,
    )


def _size(track: Track) -> str:
    count: int = getattr(track, "cue_count", 0)
    one = "chapter" if track.kind == Track.Kind.CHAPTERS else "cue"
    return f"1 {one}" if count == 1 else f"{count:,} {one}s"
