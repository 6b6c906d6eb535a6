"""The audio tracks of a release: every stream that can be heard becomes a track to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

from processing.ffmpeg.media import AudioStream, Media, OtherStream
from processing.ffmpeg.planning import mono
from processing.ffmpeg.stored import known

MAX_TRACKS = 16
"""The most tracks: each is encoded anew with every span, and no film needs more."""
MAX_LANGUAGE = 16
"""The most letters of a language that the database keeps."""
MAX_TITLE = 64
"""The most letters of a track's title that the database keeps."""


@dataclass(frozen=True)
class AudioTrack:
    """One audio track: `language` as the source names it (`und` if it names none); `title` for
    people, empty if there is none. Exactly one track of a source is the `default`. `speakers` are
    the streams of one speaker each that are joined; empty if one stream has all channels."""

    name: str
    stream_index: int
    language: str
    default: bool
    title: str
    speakers: tuple[mono.Speaker, ...] = ()
    codec: str = "aac"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AudioTrack:
        """Return the track from its JSON data; unknown fields of a newer version are dropped."""
        speakers = tuple(mono.Speaker(*one) for one in data.get("speakers", ()))
        return cls(**known(cls, {**data, "speakers": speakers}))

    @property
    def filename(self) -> str:
        """The name of the file that an encode writes for this track."""
        return f"{self.name}.mp4"


Why = Literal["undecodable", "too_many", "other_programme"]


@dataclass(frozen=True)
class LeftOut:
    """Audio of a source that has no track. `why` is that its codec cannot be decoded, that there
    are more than `MAX_TRACKS`, or that it belongs to another programme than the film."""

    index: int
    codec: str
    language: str
    title: str
    why: Why


def tracks_of(media: Media) -> tuple[AudioTrack, ...]:
    """Return a track for every stream, in the file's order and at most `MAX_TRACKS`; if there are
    more, the default one and the first of each language come before others.

    A single track is named `audio`, one of several `audio-<language>`, with a number from the
    second of a language on. No two have the same name, and every text is cut to its stored length.
    """
    heard = mono.together(media)
    first = [streams[0] for streams in heard]
    kept = _kept(first)
    default = _default(first)
    names = _names([first[n] for n in kept])
    return tuple(
        AudioTrack(
            name=name,
            stream_index=first[n].index,
            language=_language(first[n]),
            default=n == default,
            title=_title(heard[n]),
            speakers=mono.speakers(heard[n]),
        )
        for n, name in zip(kept, names, strict=True)
    )


def in_more_codecs(tracks: Sequence[AudioTrack], codecs: Sequence[str]) -> tuple[AudioTrack, ...]:
    """Return each track, and then each again in these codecs, as `<name>-<codec>`."""
    made = list(tracks)
    for codec in codecs:
        for track in tracks:
            tries = (f"{track.name}-{codec}{number or ''}" for number in count())
            taken = {one.name for one in made}
            name = next(name for name in tries if name not in taken)
            made.append(replace(track, name=name, codec=codec))
    return tuple(made)


def left_out(media: Media) -> tuple[LeftOut, ...]:
    """Return the audio that becomes no track, and why."""
    made = {track.stream_index for track in tracks_of(media)}
    dropped = [s for group in mono.together(media) if group[0].index not in made for s in group]
    return (
        *(
            LeftOut(other.index, other.codec, other.language, "", _why(other))
            for other in media.others
            if other.kind == "audio"
        ),
        *(LeftOut(s.index, s.codec, s.language, s.title, "too_many") for s in dropped),
    )


def _why(other: OtherStream) -> Why:
    return "other_programme" if other.other_programme else "undecodable"


def _default(streams: Sequence[AudioStream]) -> int:
    """Return the position of the default stream: one the file marks as default, else any. Among
    several, streams other than commentary go first, then the first in the file."""
    order = range(len(streams))
    return max(order, key=lambda n: (streams[n].default, not streams[n].aside, -n), default=0)


def _kept(streams: Sequence[AudioStream]) -> list[int]:
    """Return the streams to keep: the default one, then the first of each language, then the others
    in order, up to the limit."""
    keys = [_language(stream).lower() for stream in streams]
    default = _default(streams)
    again = {n: keys[n] in keys[:n] for n in range(len(streams))}
    return sorted(sorted(again, key=lambda n: (n != default, again[n], n))[:MAX_TRACKS])


def _names(streams: Sequence[AudioStream]) -> list[str]:
    if len(streams) == 1:
        return ["audio"]
    names: list[str] = []
    for stream in streams:
        # Case makes no different language, and on some systems no different file name.
        base = f"audio-{_language(stream).lower()}"
        tries = (base if number == 1 else f"{base}-{number}" for number in count(1))
        names.append(next(name for name in tries if name not in names))
    return names


def _title(streams: Sequence[AudioStream]) -> str:
    """Return the title of the stream; joined streams get none, because their titles name
    speakers."""
    return streams[0].title[:MAX_TITLE] if len(streams) == 1 else ""


def _language(stream: AudioStream) -> str:
    """Return the language the file names, without the subtags at the end that make it too long,
    because the last ones say least."""
    language = stream.language
    while len(language) > MAX_LANGUAGE and "-" in language:
        language = language.rpartition("-")[0]
    return language if len(language) <= MAX_LANGUAGE else "und"
