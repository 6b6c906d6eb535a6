"""Which sound a release carries: one track for each language a source speaks."""

from __future__ import annotations

from dataclasses import dataclass

from processing.ffmpeg.media import AudioStream, Media


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
    """The first stream of each language, in the file's order; named `audio`, or `audio-<language>`
    where there are several."""
    first: dict[str, AudioStream] = {}
    for stream in media.audio:
        first.setdefault(stream.language, stream)
    alone = len(first) == 1
    default = next((n for n, stream in enumerate(first.values()) if stream.default), 0)
    return tuple(
        AudioTrack(
            name="audio" if alone else f"audio-{language.lower()}",
            stream_index=stream.index,
            language=language,
            default=number == default,
            title=stream.title,
        )
        for number, (language, stream) in enumerate(first.items())
    )
