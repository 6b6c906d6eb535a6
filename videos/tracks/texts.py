"""The files of a video's text tracks, rendered from their cues whenever they are asked for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from uuid import UUID

from processing.captions import markup, writing
from processing.captions.document import Document
from processing.packaging import texts
from videos.models import Track, Video
from videos.tracks import selectors

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(
    rf"(?P<track>{_UUID})(?P<growing>{texts.GROWING_SUFFIX})?\.(?P<suffix>[a-z0-9]+)"
)
_SEGMENT = re.compile(rf"(?P<track>{_UUID})-(?P<length>[0-9]{{1,4}})-(?P<number>[0-9]{{1,6}})\.vtt")

VTT = "text/vtt; charset=utf-8"
TYPES = {
    "vtt": VTT,
    "srt": "application/x-subrip; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "m3u8": "application/vnd.apple.mpegurl",
}


class NoSuchText(Exception):
    """Raised when a video has no text of this name."""


@dataclass(frozen=True)
class Text:
    """A text with its media type; ``language`` and ``label`` are those of its track."""

    body: str
    content_type: str
    language: str
    label: str


def render(video_id: UUID, name: str) -> Text:
    """Render a file of a video's tracks: ``<track>.vtt``, ``.srt``, ``.txt``, ``.json`` or
    ``.m3u8``, or a segment that a playlist names. Raises ``NoSuchText``."""
    if segment := _SEGMENT.fullmatch(name):
        track = _track(video_id, segment["track"])
        return _text(track, _segment(track, int(segment["length"]), int(segment["number"])), "vtt")
    asked = _NAME.fullmatch(name)
    if asked is None or (asked["growing"] and asked["suffix"] != "m3u8"):
        raise NoSuchText
    track = _track(video_id, asked["track"])
    if asked["suffix"] == "m3u8":
        return _text(track, _playlist(track, growing=bool(asked["growing"])), "m3u8")
    return _text(track, _whole(track, asked["suffix"]), asked["suffix"])


def revision(video_id: UUID, name: str) -> int:
    """Return the revision of the track of a file. Raises ``NoSuchText``."""
    named = _SEGMENT.fullmatch(name) or _NAME.fullmatch(name)
    if named is None:
        raise NoSuchText
    return _track(video_id, named["track"]).revision


def _track(video_id: UUID, track_id: str) -> Track:
    rows = Track.objects.filter(video=video_id, state=Track.State.READY)
    track = rows.exclude(kind=Track.Kind.AUDIO).filter(pk=track_id).first()
    if track is None:
        raise NoSuchText
    return track


def _text(track: Track, body: str, suffix: str) -> Text:
    return Text(body, TYPES[suffix], track.language, selectors.name_of(track))


def _whole(track: Track, suffix: str) -> str:
    write = _FORMS.get(suffix)
    if write is None:
        raise NoSuchText
    return write(selectors.document_of(track))


def _json(document: Document) -> str:
    """Return the cues in seconds, with the times of their words as far as they are known."""
    cues = [
        {
            "start": cue.start / 1000,
            "end": cue.end / 1000,
            "text": cue.text,
            "plain": markup.plain(cue.text),
            "settings": cue.settings,
            "identifier": cue.identifier,
            "words": [
                {"start": word.start / 1000, "end": word.end / 1000, "text": word.text}
                for word in cue.words
            ],
        }
        for cue in document.cues
    ]
    return json.dumps({"cues": cues}, ensure_ascii=False)


_FORMS = {"vtt": writing.webvtt, "srt": writing.srt, "txt": writing.text, "json": _json}


def _segment(track: Track, length: int, number: int) -> str:
    """Return the cues of a segment of ``length`` seconds; a release's own clock begins at 0."""
    start, end = number * length * 1000, (number + 1) * length * 1000
    if not length:
        raise NoSuchText
    document = selectors.document_of(track, start=start, end=end)
    return writing.segment(document, start, end)


def _playlist(track: Track, *, growing: bool) -> str:
    video = Video.objects.select_related("release").get(pk=track.video_id)
    release = video.release
    if release is None:
        raise NoSuchText
    complete = release.is_complete
    seconds = release.duration if complete else release.available_seconds
    target = max(release.target_duration or 0, 1)
    # Whoever began with a growing release goes on with its short segments to the end.
    every = texts.segment_seconds(target, complete=not growing)
    return texts.media_playlist(
        str(track.pk), seconds or 0.0, complete=complete, target=target, every=every
    )
