"""Measures the duration of streams by their packets, where the header does not give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from processing.ffmpeg.errors import Interrupted
from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.probing.ffprobe_values import seconds, whole
from processing.ffmpeg.running import runner

TAIL_SECONDS = 10.0
_STOP_EVERY = 10_000
# Packets may last a little longer than the audio that is heard of them.
_FALSE_SECONDS = 0.25


@dataclass(frozen=True)
class Extent:
    """The number of packets of a stream, and the second at which the last of them ends; None if
    none has a time."""

    packets: int
    end: float | None


def argv(
    ffprobe: str, opened: Sequence[str], since: float, *, most: int | None = None
) -> list[str]:
    """Return the command that lists the packets of all streams of an input from second `since` on,
    at most `most` of them."""
    shown = ["-v", "error", "-show_entries", "packet=stream_index,pts_time,duration_time"]
    end = f"+#{most}" if most else ""
    interval = ["-read_intervals", f"{since:.3f}%{end}"] if since else []
    return [ffprobe, *shown, "-of", "csv=p=0", *interval, *opened]


def since(media: Media) -> float:
    """Return the second at which to begin: if the duration is known, its last seconds are
    enough."""
    return max(0.0, media.start + media.duration - TAIL_SECONDS) if media.duration else 0.0


def parse(
    packets: Iterable[bytes],
    frame_seconds: dict[int, float],
    should_stop: Callable[[], str | None] = runner.never,
) -> dict[int, Extent]:
    """Return the extent of each stream in ffprobe's `stream_index,pts_time,duration_time` lines.
    Every packet lasts at least the seconds that `frame_seconds` has for its stream. Raises
    `Interrupted`."""
    found: dict[int, Extent] = {}
    for read, line in enumerate(packets):
        if read % _STOP_EVERY == 0 and (reason := should_stop()):
            raise Interrupted(reason)
        number, _, times = line.decode("ascii", "replace").partition(",")
        pts, _, length = times.partition(",")
        index, start = whole(number), seconds(pts.strip(), negative=True)
        if index is None:
            continue
        known = found.get(index, Extent(0, None))
        end = known.end
        if start is not None:
            ending = start + max(
                seconds(length.strip(",\r\n")) or 0.0, frame_seconds.get(index, 0.0)
            )
            end = ending if end is None else max(end, ending)
        found[index] = Extent(known.packets + 1, end)
    return found


def measured(media: Media, extents: dict[int, Extent], *, by_count: bool) -> Media:
    """Return `media` with durations from packets for streams that had none. With `by_count`, times
    mean nothing and frames are counted."""
    video, audio = media.video, []
    if video is not None:
        extent = extents.get(video.index, Extent(0, None))
        length = None if extent.end is None else extent.end - float(video.start)
        if by_count or length is None:
            length = float(extent.packets / video.frame_rate)
        video = replace(video, duration=video.duration or (length if length > 0 else None))
    for stream in media.audio:
        end = extents.get(stream.index, Extent(0, None)).end
        length = None if end is None or by_count else end - float(stream.start)
        known = stream.duration or (length if length and length > 0 else None)
        audio.append(replace(stream, duration=known))
    return replace(media, video=video, audio=tuple(audio))


def without_claims(media: Media) -> Media:
    """Return `media` as if its headers gave no durations."""
    video = media.video and replace(media.video, duration=None)
    audio = tuple(replace(stream, duration=None) for stream in media.audio)
    return replace(media, duration=0.0, video=video, audio=audio)


def without_false_claims(media: Media, extents: dict[int, Extent]) -> Media:
    """Return audio alone as if its headers gave no durations, if its packets end elsewhere. WAV
    that was written into a pipe claims hours, and the header of a truncated file gives the whole
    length."""
    if media.video is not None:
        return media
    lasting = [_length(stream, extents) for stream in media.audio]
    for stream, length in zip(media.audio, lasting, strict=True):
        if stream.duration and (length is None or abs(length - stream.duration) > _FALSE_SECONDS):
            return without_claims(media)
    longest = max((length for length in lasting if length is not None), default=None)
    if longest is not None and media.duration - longest > _FALSE_SECONDS:
        return without_claims(media)
    return media


def _length(stream: AudioStream, extents: dict[int, Extent]) -> float | None:
    end = extents.get(stream.index, Extent(0, None)).end
    return None if end is None else end - float(stream.start)


def claimed(media: Media) -> float:
    """Return the longest duration in the headers, in seconds."""
    streams = (media.video, *media.audio)
    return max([media.duration, *(s.duration or 0.0 for s in streams if s is not None)])
