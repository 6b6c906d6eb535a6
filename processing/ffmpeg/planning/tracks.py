"""Which sound a release carries: one track for each language a source speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.ffmpeg.media import AudioStream, Media

MAX_TRACKS = 16
"""Each is encoded anew with every span: no film needs more."""
MAX_LANGUAGE = 16
"""Letters of a language, as long as the database keeps them."""
MAX_TITLE = 64
"""Letters of a track's title, as long as the database keeps them."""


@dataclass(frozen=True)
class AudioTrack:
    """One sound rendition: `language` as the source names it (`und`: not told), `title` for
    people, empty when nobody gave one; exactly one track of a source is the `default`."""

    name: str
    stream_index: int
    language: str
    default: bool
    title: str

    @property
    def filename(self) -> str:
        """The name of the file an encode writes for it."""
        return f"{self.name}.mp4"


def tracks_of(media: Media) -> tuple[AudioTrack, ...]:
    """The first stream of each language, in the file's order and at most `MAX_TRACKS` (with the
    default one); named `audio`, or `audio-<language>` where there are several. No two have the
    same name, and no text is longer than is kept of it."""
    chosen = _chosen(media.audio)
    default = next((n for n, stream in enumerate(chosen) if stream.default), 0)
    return tuple(
        AudioTrack(
            name="audio" if len(chosen) == 1 else f"audio-{_key(stream)}",
            stream_index=stream.index,
            language=_language(stream),
            default=number == default,
            title=stream.title[:MAX_TITLE],
        )
        for number, stream in enumerate(chosen)
    )


def left_out(media: Media) -> tuple[AudioStream, ...]:
    """The streams that are not made into a track: another has their language already, or there
    are too many languages."""
    made = {track.stream_index for track in tracks_of(media)}
    return tuple(stream for stream in media.audio if stream.index not in made)


def _chosen(streams: Sequence[AudioStream]) -> list[AudioStream]:
    first: dict[str, AudioStream] = {}
    for stream in streams:
        first.setdefault(_key(stream), stream)
    found = list(first.values())
    kept = found[:MAX_TRACKS]
    default = next((stream for stream in found if stream.default), None)
    if default is not None and default not in kept:
        kept[-1] = default
    return kept


def _language(stream: AudioStream) -> str:
    """What the file names, without the subtags that make it too long: those at the end tell
    least."""
    language = stream.language
    while len(language) > MAX_LANGUAGE and "-" in language:
        language = language.rpartition("-")[0]
    return language if len(language) <= MAX_LANGUAGE else "und"


def _key(stream: AudioStream) -> str:
    """Case does not make a language another one, nor a name another file everywhere."""
    return _language(stream).lower()
