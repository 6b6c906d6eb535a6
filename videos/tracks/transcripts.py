"""What is said in a video, as one text with times."""

from __future__ import annotations

from typing import Any

from processing.captions import markup
from videos.models import Track, Video
from videos.tracks import selectors

# A transcript is of what is heard; the translations of it come after that.
_FIRST = (Track.Kind.CAPTIONS, Track.Kind.SUBTITLES)


def track_of(video: Video, language: str = "") -> Track | None:
    """Return the track whose text is the transcript of a video: what people wrote before what was
    recognised, captions before subtitles, the default before others, the oldest first; None if
    there is none in that language. A language without a region stands for all of its regions.
    """
    tracks = Track.objects.filter(video=video, kind__in=_FIRST).ready()
    wanted = language.lower()
    fitting = [one for one in tracks if _fits(one.language.lower(), wanted)]
    return min(fitting, key=_order, default=None)


def as_json(track: Track) -> dict[str, Any]:
    """Return a transcript for programs: its paragraphs are its cues, times in seconds."""
    document = selectors.document_of(track)
    return {
        "track": str(track.pk),
        "language": track.language,
        "revision": track.revision,
        "segments": [
            {
                "start": cue.start / 1000,
                "end": cue.end / 1000,
                "text": " ".join(markup.plain(cue.text).split()),
                "speaker": markup.voice(cue.text),
                "words": [
                    {"start": word.start / 1000, "end": word.end / 1000, "text": word.text}
                    for word in cue.words
                ],
            }
            for cue in document.cues
        ],
    }


def _fits(language: str, wanted: str) -> bool:
    return not wanted or language == wanted or language.startswith(f"{wanted}-")


def _order(track: Track) -> tuple[bool, int, bool, Any]:
    automatic = selectors.is_automatic(track) and not track.is_default
    return automatic, _FIRST.index(Track.Kind(track.kind)), not track.is_default, track.pk
