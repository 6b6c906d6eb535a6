"""A release in the form of its database rows, and its HLS playlists. The same rows give the same
text, so only the rows need to be stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import count, groupby
from typing import Any

from processing.packaging import addresses, codecs, hls, segments, texts
from processing.packaging.kinds import Kind
from processing.packaging.segments import Segment
from processing.packaging.texts import TextTrack

IFRAMES_SUFFIX = "-iframes"


@dataclass(frozen=True)
class StoredChunk:
    """One object: `size` bytes at `uri`, which begin with an init segment of `init_size` bytes.
    `start` and `duration` are in ticks; `rows` are its segments as `segments.to_json` wrote them;
    `mapped` says whether they have addresses of their own."""

    number: int
    uri: str
    size: int
    init_size: int
    start: int
    duration: int
    rows: Sequence[Sequence[Any]]
    mapped: bool = False

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments in order."""
        return segments.from_json(self.rows)

    def address_of(self, offset: int, size: int) -> str:
        """Return the address of some of its bytes: one of their own if they have it, else the
        object's."""
        return addresses.of_part(self.uri, offset, size) if self.mapped else self.uri


@dataclass(frozen=True)
class StoredRendition:
    """One rung or one audio track. Bandwidths (the peak, and the average) are bits per second of
    this track alone; those of keyframes are 0 until they are known. `title` is the name of an audio
    track for people, `language` a BCP 47 tag or empty. `added` audio was made for one video
    later."""

    name: str
    kind: Kind
    codecs: str
    timescale: int
    bandwidth: int
    average_bandwidth: int
    chunks: Sequence[StoredChunk] = ()
    width: int = 0
    height: int = 0
    frame_rate: Fraction | None = None
    channels: int = 0
    language: str = ""
    title: str = ""
    default: bool = False
    init_sha256: str = ""
    iframe_bandwidth: int = 0
    iframe_average_bandwidth: int = 0
    known_codec: str = ""
    added: bool = False

    @property
    def codec(self) -> str:
        """Our name of its codec; rows of older versions do not have it."""
        return self.known_codec or codecs.of_string(self.codecs)

    @cached_property
    def refs(self) -> list[hls.MediaSegmentRef]:
        """The segments of all chunks."""
        return [
            hls.MediaSegmentRef(
                c.address_of(offset, size), offset, size, duration / self.timescale, not c.mapped
            )
            for c in self.chunks
            for offset, size, duration, *_ in c.rows
        ]

    @cached_property
    def keyframes(self) -> list[hls.MediaSegmentRef]:
        """The keyframes, always as ranges of the chunks: they are parts of segments that players
        may already have. Empty unless every segment has keyframes."""
        every = [(c, s) for c in self.chunks for s in c.segments]
        if not all(s.keyframes for _, s in every):
            return []
        return [
            hls.MediaSegmentRef(c.uri, k.offset, k.size, k.duration / self.timescale)
            for c, s in every
            for k in s.keyframes
        ]

    @property
    def init(self) -> hls.InitRef:
        """The init segment: that of the first chunk, the same in all."""
        first = self.chunks[0]
        uri = first.address_of(0, first.init_size)
        return hls.InitRef(uri, 0, first.init_size, not first.mapped)

    @property
    def seconds(self) -> float:
        """The total length of all chunks."""
        return sum(chunk.duration for chunk in self.chunks) / self.timescale


def measured(rendition: StoredRendition, *, target: int = 0) -> StoredRendition:
    """Return the same rendition with the actual bandwidths of its chunks; `target` is the declared
    target duration."""
    peak, average = hls.bandwidths(rendition.refs, target)
    iframe_peak, iframe_average = hls.bandwidths(rendition.keyframes)
    return replace(
        rendition,
        bandwidth=peak,
        average_bandwidth=average,
        iframe_bandwidth=iframe_peak,
        iframe_average_bandwidth=iframe_average,
    )


def common_prefix(numbers: Iterable[Iterable[int]]) -> int:
    """Return how many chunks, from the first on, every rendition has; `numbers` are the chunk
    numbers of each."""
    return min((_prefix(set(one)) for one in numbers), default=0)


def _prefix(numbers: set[int]) -> int:
    return next(number for number in count() if number not in numbers)


def media_playlist(rendition: StoredRendition, *, complete: bool, target: int = 0) -> str:
    """Return the playlist of one rendition, which has chunks; see `hls.media_playlist`."""
    return hls.media_playlist(rendition.init, rendition.refs, complete=complete, target=target)


def iframe_playlist(rendition: StoredRendition) -> str | None:
    """Return the playlist of a complete rendition's keyframes, or None if they are not known."""
    if rendition.kind == Kind.AUDIO or not rendition.keyframes:
        return None
    return hls.iframe_playlist(rendition.init, rendition.keyframes)


def multivariant_playlist(
    renditions: Sequence[StoredRendition], *, complete: bool, tracks: Sequence[TextTrack] = ()
) -> str:
    """Return the playlist of playlists; it needs no chunks. It lists keyframe playlists if
    `complete` and if their bandwidth is known.

    Each codec of frames has variants of its own, with one codec of audio: the codecs that play
    everywhere are listed as if there were no others. `tracks` are the text tracks beside them.
    """
    video, audio = video_renditions(renditions), _with_added(audio_renditions(renditions))
    variants: list[hls.Variant] = []
    group: dict[str, list[hls.AudioRendition]] = {}
    for order, (seen, heard) in enumerate(_pairs(video, audio)):
        beside = audio.get(heard, [])
        name = ""
        if beside and (seen or len(beside) > 1):
            name = hls.AUDIO_GROUP if heard == next(iter(audio)) else f"{hls.AUDIO_GROUP}-{heard}"
            group[name] = _audio_group(beside, name)
        listed = video[seen] if seen else [track for track in beside if track.default]
        variants += [_variant(one, beside, name, order) for one in listed]
    iframes = [
        _iframes(one, order)
        for order, rungs in enumerate(video.values())
        for one in rungs
        if complete and one.iframe_bandwidth
    ]
    heard_tracks = [one for g in group.values() for one in g]
    lines = [texts.media_line(one, complete=complete) for one in texts.named_apart(tracks)]
    return hls.multivariant_playlist(variants, heard_tracks, iframes, lines, texts.GROUP)


def video_renditions(renditions: Iterable[StoredRendition]) -> dict[str, list[StoredRendition]]:
    """Return the rungs by codec; the codec that plays everywhere comes first."""
    return _by_codec(one for one in renditions if one.kind == Kind.VIDEO)


def audio_renditions(renditions: Iterable[StoredRendition]) -> dict[str, list[StoredRendition]]:
    """Return the audio tracks by codec: one of each is the default, which comes first."""
    audio = _by_codec(one for one in renditions if one.kind == Kind.AUDIO)
    return {codec: _default_first(tracks) for codec, tracks in audio.items()}


def _with_added(
    audio: dict[str, list[StoredRendition]],
) -> dict[str, list[StoredRendition]]:
    """Return the audio with the added tracks in the group of each codec: they are made in one codec
    alone, which plays everywhere, and must not vanish with another choice of frames."""
    added = [track for tracks in audio.values() for track in tracks if track.added]
    return {
        codec: _default_first([*tracks, *(one for one in added if one not in tracks)])
        for codec, tracks in audio.items()
    }


def _by_codec(renditions: Iterable[StoredRendition]) -> dict[str, list[StoredRendition]]:
    ordered = sorted(renditions, key=lambda one: codecs.place(one.codec))
    return {codec: list(same) for codec, same in groupby(ordered, key=lambda one: one.codec)}


def _default_first(audio: Sequence[StoredRendition]) -> list[StoredRendition]:
    chosen = sorted((track for track in audio if track.default), key=lambda track: not track.added)
    default = chosen[0] if chosen else audio[0]
    ordered = sorted(audio, key=lambda track: track is not default)
    return [replace(track, default=track is default) for track in ordered]


def _pairs(video: Iterable[str], audio: Iterable[str]) -> list[tuple[str, str]]:
    """Return the codecs of frames and of audio that go together (empty if there are none). A player
    that supports newer video codecs supports newer audio codecs."""
    seen, heard = [*video] or [""], [*audio] or [""]
    pairs = [(seen[0], heard[0]), *((codec, heard[-1]) for codec in seen[1:])]
    if len(seen) == 1:
        pairs += [(seen[0], codec) for codec in heard[1:]]
    return pairs


def _variant(
    rendition: StoredRendition, audio: Sequence[StoredRendition], group: str, order: int
) -> hls.Variant:
    """Return the variant of a rung with its audio: bandwidths of the most expensive track, codecs
    of all."""
    beside = audio if rendition.kind == Kind.VIDEO else ()
    strings = dict.fromkeys([rendition.codecs, *(track.codecs for track in audio)])
    return hls.Variant(
        uri=f"{rendition.name}.m3u8",
        bandwidth=rendition.bandwidth + max((t.bandwidth for t in beside), default=0),
        average_bandwidth=rendition.average_bandwidth
        + max((t.average_bandwidth for t in beside), default=0),
        codecs=",".join(strings),
        width=rendition.width,
        height=rendition.height,
        frame_rate=rendition.frame_rate or 0,
        group=group,
        order=order,
    )


def _iframes(rendition: StoredRendition, order: int) -> hls.Variant:
    return hls.Variant(
        uri=f"{rendition.name}{IFRAMES_SUFFIX}.m3u8",
        bandwidth=rendition.iframe_bandwidth,
        average_bandwidth=rendition.iframe_average_bandwidth,
        codecs=rendition.codecs,
        width=rendition.width,
        height=rendition.height,
        order=order,
    )


def audio_names(audio: Sequence[StoredRendition]) -> list[str]:
    """Return a different name for each audio track: its title, or its language."""
    taken: list[str] = []
    for track in audio:
        wanted = track.title or track.language or "Audio"
        tries = (wanted if number == 1 else f"{wanted} {number}" for number in count(1))
        taken.append(next(name for name in tries if name not in taken))
    return taken


def _audio_group(audio: Sequence[StoredRendition], group: str) -> list[hls.AudioRendition]:
    return [
        hls.AudioRendition(
            uri=f"{track.name}.m3u8",
            name=name,
            language=track.language or "und",
            channels=track.channels or 2,
            default=track.default,
            group=group,
        )
        for track, name in zip(audio, audio_names(audio), strict=True)
    ]
