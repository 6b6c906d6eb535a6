"""Measures streams by their packets, where the header does not tell how long they last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.media import Media
from processing.ffmpeg.probing.values import seconds, whole

TAIL_SECONDS = 10.0


@dataclass(frozen=True)
class Extent:
    """How many packets of a stream there were, and the second at which the last of them ends,
    None when none has a time."""

    packets: int
    end: float | None


def argv(ffprobe: str, path: Path, since: float) -> list[str]:
    """The command that lists the packets from that second on, of all streams."""
    shown = ["-v", "error", "-show_entries", "packet=stream_index,pts_time,duration_time"]
    interval = ["-read_intervals", f"{since:.3f}%"] if since else []
    return [ffprobe, *shown, "-of", "csv=p=0", *interval, *inputs.opened(path)]


def since(media: Media) -> float:
    """Where to begin: with a known length its last seconds tell all."""
    return max(0.0, media.start + media.duration - TAIL_SECONDS) if media.duration else 0.0


def parse(packets: bytes, picture: dict[int, float]) -> dict[int, Extent]:
    """The extent of each stream of ffprobe's `stream_index,pts_time,duration_time` lines, every
    packet lasting at least the seconds `picture` tells for its stream."""
    found: dict[int, Extent] = {}
    for line in packets.splitlines():
        number, _, times = line.decode("ascii", "replace").partition(",")
        pts, _, length = times.partition(",")
        index, start = whole(number), seconds(pts, negative=True)
        if index is None:
            continue
        known = found.get(index, Extent(0, None))
        end = known.end
        if start is not None:
            ending = start + max(seconds(length.strip(",")) or 0.0, picture.get(index, 0.0))
            end = ending if end is None else max(end, ending)
        found[index] = Extent(known.packets + 1, end)
    return found


def measured(media: Media, extents: dict[int, Extent], *, by_count: bool) -> Media:
    """`media` with the durations its packets tell, of streams that told none. With `by_count`
    times mean nothing and pictures are counted."""
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
