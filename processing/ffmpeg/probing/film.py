"""Which video stream is the film, and which streams belong to the same programme.

Marks and sizes are claims that stills and thumbnails make as well. The number of frames and their
duration show which stream is a film.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.probing.ffprobe_values import clock, seconds, whole
from processing.ffmpeg.probing.secondary_streams import is_cover

# A film has at least a quarter of the most frames and half of the most seconds of any stream:
# cameras store a second film at a quarter of the rate, not less.
_FEWEST, _SHORTEST = 4, 2
# A stream of at most this many pixels and this many times smaller than the largest is a thumbnail.
_THUMBNAIL, _TIMES = 320 * 240, 16
# The packets to count where no header gives their number: some minutes of frames.
_COUNTED = 20_000
# ffprobe's name for the number of packets it counted.
_PACKETS = "nb_read_packets"

Stream = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """The choice: `film` is the stream that is shown, None for audio alone; `apart` has the indexes
    of the streams that belong only to other programmes."""

    film: Stream | None
    apart: frozenset[int]


def choose(candidates: Sequence[Stream], heard: Collection[int], programmes: Any) -> Choice:
    """Choose the film among video streams, and find the streams that do not belong to it.

    A still or a thumbnail never wins over a film. Among films, one that has audio in its programme
    (with indexes in `heard`) wins, then the default one, then the largest.
    """
    groups = _groups(programmes)
    film = None
    if candidates:
        measure = _Measure(candidates)
        film = max(
            candidates,
            key=lambda s: (*measure.of_film(s), _has_audio(s, heard, groups), *_marks(s)),
        )
    return Choice(film, _apart(film, heard, groups))


def must_count(candidates: Sequence[Stream]) -> bool:
    """Whether there are several video streams, and no header says how many frames some of them
    have."""
    return len(candidates) > 1 and any(_frames(stream) is None for stream in candidates)


def argv(ffprobe: str, opened: Sequence[str]) -> list[str]:
    """Return the command that counts the first packets of all video streams."""
    shown = ["-v", "error", "-select_streams", "v", "-read_intervals", f"%+#{_COUNTED}"]
    shown += ["-count_packets", "-show_entries", f"stream=index,{_PACKETS}"]
    return [ffprobe, *shown, "-of", "json=compact=1", *opened]


def counted(listed: Sequence[Any], counts: Sequence[Any]) -> list[Any]:
    """Return the streams with the number of packets that ffprobe counted."""
    found = {one["index"]: one.get(_PACKETS) for one in counts if isinstance(one, dict)}
    return [
        {**stream, _PACKETS: found.get(stream.get("index"))} if isinstance(stream, dict) else stream
        for stream in listed
    ]


def is_video(stream: Any) -> bool:
    """Whether a stream holds frames in a codec that is decoded, and is no cover."""
    return (
        isinstance(stream, dict)
        and stream.get("codec_type") == "video"
        and stream.get("codec_name") in inputs.CODECS
        and not is_cover(stream)
    )


class _Measure:
    """The measure for streams: the most frames, seconds and pixels of any."""

    def __init__(self, candidates: Sequence[Stream]) -> None:
        self._frames = max(_frames(stream) or 0 for stream in candidates)
        self._seconds = max(_seconds(stream) or 0.0 for stream in candidates)
        self._pixels = max(_pixels(stream) for stream in candidates)

    def of_film(self, stream: Stream) -> tuple[bool, bool, bool]:
        """Return whether a stream has the frames, the seconds and the pixels of a film; an unknown
        value does not count against it."""
        frames, lasts = _frames(stream), _seconds(stream)
        moves = frames is None or frames > 1 or self._frames <= 1
        return (
            moves and (frames is None or frames * _FEWEST >= self._frames),
            lasts is None or lasts * _SHORTEST >= self._seconds,
            _pixels(stream) > _THUMBNAIL or _pixels(stream) * _TIMES > self._pixels,
        )


def _frames(stream: Stream) -> int | None:
    return whole(stream.get(_PACKETS) if _PACKETS in stream else stream.get("nb_frames"))


def _seconds(stream: Stream) -> float | None:
    tags = stream.get("tags")
    told = clock(tags.get("DURATION")) if isinstance(tags, dict) else None
    return seconds(stream.get("duration")) or told


def _pixels(stream: Stream) -> int:
    return (whole(stream.get("width")) or 0) * (whole(stream.get("height")) or 0)


def _marks(stream: Stream) -> tuple[bool, int, int]:
    marks = stream.get("disposition") or {}
    return bool(marks.get("default")), _pixels(stream), -stream["index"]


def _groups(programmes: Any) -> list[frozenset[int]]:
    """Return the indexes of the streams of each programme."""
    listed = programmes if isinstance(programmes, list) else []
    held = (one.get("streams") for one in listed if isinstance(one, dict))
    groups = [
        frozenset(s["index"] for s in streams if isinstance(s, dict) and "index" in s)
        for streams in held
        if isinstance(streams, list)
    ]
    return [group for group in groups if group]


def _has_audio(film: Stream, heard: Collection[int], groups: list[frozenset[int]]) -> bool:
    return bool(set(heard) - _apart(film, heard, groups))


def _apart(
    film: Stream | None, heard: Collection[int], groups: list[frozenset[int]]
) -> frozenset[int]:
    """Return the streams that are only in other programmes than the film's. If the film is in none,
    or there is no film, the first programme with audio takes the place of its programme."""
    own = [group for group in groups if film is not None and film["index"] in group]
    if not own:
        own = [group for group in groups if group & set(heard)][:1]
    if not own:
        return frozenset()
    return frozenset().union(*groups) - frozenset().union(*own)
