"""Measures streams by their packets, where the header does not tell how long they last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from processing.ffmpeg.errors import Interrupted
from processing.ffmpeg.media import AudioStream, Media
from processing.ffmpeg.probing.ffprobe_values import seconds, whole
from processing.ffmpeg.running import runner

TAIL_SECONDS = 10.0
_STOP_EVERY = 10_000
# Packets may last a little longer than what is heard of them.
_FALSE_SECONDS = 0.25


@dataclass(frozen=True)
class Extent:
    """How many packets of a stream there were, and the second at which the last of them ends,
    None when none has a time."""

    packets: int
    end: float | None


def argv(
    ffprobe: str, opened: Sequence[str], since: float, *, most: int | None = None
) -> list[str]:
    """The command that lists the packets of an input from that second on, of all streams; at most
    so many."""
    shown = ["-v", "error", "-show_entries", "packet=stream_index,pts_time,duration_time"]
    end = f"+#{most}" if most else ""
    interval = ["-read_intervals", f"{since:.3f}%{end}"] if since else []
    return [ffprobe, *shown, "-of", "csv=p=0", *interval, *opened]


def since(media: Media) -> float:
    """Where to begin: with a known length its last seconds tell all."""
    return max(0.0, media.start + media.duration - TAIL_SECONDS) if media.duration else 0.0


def parse(
    packets: Iterable[bytes],
    frame_seconds: dict[int, float],
    should_stop: Callable[[], str | None] = runner.never,
) -> dict[int, Extent]:
    """The extent of each stream of ffprobe's `stream_index,pts_time,duration_time` lines, every
    packet lasting at least the seconds `frame` tells for its stream. Raises `Interrupted`."""
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
    """`media` with the durations its packets tell, of streams that told none. With `by_count`
    times mean nothing and frames are counted."""
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
    """`media` as if its headers told no durations."""
    video = media.video and replace(media.video, duration=None)
    audio = tuple(replace(stream, duration=None) for stream in media.audio)
    return replace(media, duration=0.0, video=video, audio=audio)


def without_false_claims(media: Media, extents: dict[int, Extent]) -> Media:
    """Audio alone as if its headers told nothing, where its packets end elsewhere: WAV that was
    written into a pipe claims hours, and of a file that was cut off the header tells the whole."""
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
    """The longest duration the headers tell, in seconds."""
    streams = (media.video, *media.audio)
    return max([media.duration, *(s.duration or 0.0 for s in streams if s is not None)])
