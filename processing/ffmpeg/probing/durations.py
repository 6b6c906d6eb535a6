"""The durations of a source, from its packets wherever its headers give none or cannot be true."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.probing import (
    apart,
    clock,
    listing,
    packet_extent,
    probe_errors,
    timeline,
)
from processing.ffmpeg.probing.clock import StreamClock
from processing.ffmpeg.probing.measured import with_clocks
from processing.ffmpeg.probing.packet_extent import Extent

_A_FEW = 64
# Raw streams have no index: the duration ffprobe gives is a guess from the bitrate.
GUESSED = ("mpegvideo", "h264", "hevc", "aac", "ac3", "eac3", "dts", "mp3", "ivf")


@dataclass(frozen=True)
class Packets:
    """The packets of a file, as ffprobe lists them."""

    ffprobe: str
    path: Path
    opened: Sequence[str]
    asked: listing.Asked
    child: apart.Reader

    def since(
        self, second: float, frame_seconds: dict[int, float], *, most: int | None = None
    ) -> dict[int, Extent]:
        """Return the extent of each stream from a second on."""
        command = packet_extent.argv(self.ffprobe, self.opened, second, most=most)
        with self._listed(command) as file:
            return packet_extent.parse(file, frame_seconds, self.asked.should_stop)

    def clocks_of_audio(self, media: Media) -> tuple[StreamClock, ...]:
        """Return the clocks of all audio."""
        with self._listed(listing.argv(self.ffprobe, self.opened, None)) as file:
            if listing.is_short(file):
                return clock.of_sound(file, media.audio)
            return timeline.clocks(self.child.of_listing("of_sound_alone", Path(file.name), media))

    @contextlib.contextmanager
    def _listed(self, command: Sequence[str]) -> Iterator[Any]:
        limits = listing.limits(self.path.stat().st_size)
        with probe_errors.refusing(self.path), self.asked.into_file(command, limits) as file:
            yield file


def measured(media: Media, listed: Packets, most_seconds: float, path: Path) -> Media:
    """Return `media` with durations from its packets.

    Packets are read in three cases: the headers give no durations (Matroska and FLV give none for
    single streams), nothing else will check the times (audio alone), or the headers claim so much
    that the file would be refused. For video whose clock may jump, claims that long are dropped,
    and the timeline decides.

    Raises `ProbeFailed` for more than `most_seconds`, and without packets of what is shown.
    """
    if media.video is None and media.container in clock.MAY_BEGIN_ANEW:
        clocks = listed.clocks_of_audio(media)
        if any(each.jumps for each in clocks):
            media = with_clocks(packet_extent.without_claims(media), clocks)
            if media.duration > most_seconds:
                raise probe_errors.too_long()
            return media
    if packet_extent.claimed(media) > most_seconds:
        if media.container in clock.MAY_BEGIN_ANEW and media.video is not None:
            return packet_extent.without_claims(media)
        beyond = listed.since(most_seconds, {}, most=_A_FEW)
        if _last(beyond) - media.start > most_seconds:
            raise probe_errors.too_long()
        media = packet_extent.without_claims(media)
    told = all(stream.duration for stream in (media.video, *media.audio) if stream is not None)
    if media.duration and told and media.video is not None:
        return media
    since = packet_extent.since(media)
    frame_seconds = {media.video.index: float(1 / media.video.frame_rate)} if media.video else {}
    main = (media.video or media.audio[0]).index
    extents = listed.since(since, frame_seconds)
    media = packet_extent.without_false_claims(media, extents)
    if since and main not in extents:
        extents = listed.since(0.0, frame_seconds)
    if main not in extents:
        raise probe_errors.of_nothing(ProbeFailed(), path, packets=False)
    by_count = media.container in GUESSED and media.video is not None
    media = packet_extent.measured(media, extents, by_count=by_count)
    if not media.duration or _last(extents, since) < since:
        media = replace(media, duration=media.lasting)
    lasts = max(media.duration, media.lasting, _last(extents) - media.start)
    if lasts > most_seconds and media.container not in clock.MAY_BEGIN_ANEW:
        raise probe_errors.too_long()
    return media


def _last(extents: dict[int, Extent], otherwise: float = 0.0) -> float:
    """Return the second at which the last packet ends."""
    return max((e.end for e in extents.values() if e.end is not None), default=otherwise)
