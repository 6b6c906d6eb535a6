"""Asks ffprobe what a source is, from its index only, and refuses sources that cannot be taken."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import (
    OutputTooLarge,
    ProbeFailed,
    ProcessFailed,
    ProcessKilled,
    ProcessTimedOut,
)
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.probing import (
    apart,
    appended,
    broken_off,
    captioned,
    clock,
    description,
    entries,
    ffprobe_values,
    film,
    gif,
    hdr_metadata,
    index,
    listing,
    packet_extent,
    packets,
    probe_errors,
    secondary_streams,
    sps,
    streams,
    timeline,
    x264,
)
from processing.ffmpeg.probing.clock import StreamClock
from processing.ffmpeg.probing.measured import with_clocks
from processing.ffmpeg.probing.packet_extent import Extent
from processing.ffmpeg.probing.unopened import Unopened
from processing.ffmpeg.probing.unopened import find as find_unopened
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg

__all__ = ["AudioStream", "Media", "ProbeLimits", "VideoStream", "argv", "parse", "probe"]

_ENTRIES = (
    "format=format_name,duration,size,bit_rate,start_time"
    ":stream=index,id,codec_type,codec_name,codec_tag_string,profile,width,height,"
    "sample_aspect_ratio,pix_fmt,bits_per_raw_sample,color_range,color_space,color_transfer,"
    "color_primaries,field_order,r_frame_rate,avg_frame_rate,time_base,start_pts,duration,"
    "nb_frames,bit_rate,channels,channel_layout,sample_rate"
    ":stream_tags=language,title,DURATION,alpha_mode,ALPHA_MODE"
    ":stream_disposition=default,forced,attached_pic,timed_thumbnails,comment,visual_impaired,"
    "hearing_impaired"
    ":stream_side_data=rotation,displaymatrix,max_luminance,min_luminance,max_content,"
    "max_average,dv_profile"
    ":program=program_id:program_stream=index"
    ":chapter=start_time,end_time"
    ":chapter_tags=title"
)
_LIGHT = "frame_side_data=max_luminance,min_luminance,max_content,max_average"
# ffprobe prints some kilobytes for an ordinary file, a few hundred for one with many chapters.
_MAX_DESCRIPTION = 4 * 1024 * 1024
_A_FEW = 64
# FFmpeg stores the sides of a pixel in 31 bits, and opens no filter if they are larger.
_MAX_ASPECT = 2**31 - 1
# The most names to hide: for each the file is opened twice more.
_MOST_HIDDEN = 64
# All looks together may take this many times what one look may take.
_LOOKS = 4
# Raw streams have no index: the duration ffprobe gives is a guess from the bitrate.
_GUESSED_DURATION = ("mpegvideo", "h264", "hevc", "aac", "ac3", "eac3", "dts", "mp3", "ivf")


@dataclass(frozen=True)
class ProbeLimits:
    """The limits of a source: pixels of one frame, and of all frames that are decoded or shown;
    streams of video, audio and subtitles, and streams of any kind; seconds; frames. `wall_seconds`
    and `memory_bytes` limit the inspection itself."""

    max_pixels: int = inputs.MAX_PIXELS
    max_decoded_pixels: int = 11_000 * 10**9
    max_streams: int = 64
    max_attachments: int = 512
    max_duration: float = 12 * 3600
    max_frames: int = 12 * 3600 * 120
    wall_seconds: float = 60
    memory_bytes: int = 2 * 1024**3


def argv(
    ffprobe: str,
    path: Path,
    beside: Sequence[str] = (),
    hidden: Sequence[tuple[int, int]] = (),
) -> list[str]:
    """Return the command that describes `path` as JSON; `beside` and `hidden` are those of
    `inputs.opened`. The command warns of decoders that do not open."""
    shown = ["-v", "warning", "-show_entries", _ENTRIES, "-of", "json=compact=1"]
    return [ffprobe, *shown, *inputs.opened(path, beside=beside, hidden=hidden)]


def parse(raw: bytes, *, limits: ProbeLimits, unopened: Sequence[Unopened] = ()) -> Media:
    """Return ffprobe's JSON as `Media`, whose duration is the one the file gives, 0 if it gives
    none. `unopened` are streams that were hidden from ffprobe.

    Raises `ProbeFailed`: `source_not_video`, `source_unsupported` (nothing in it can be decoded) or
    `source_too_large` (pixels, streams).
    """
    described = description.load(raw)
    _name_hidden(described.get("streams") or [], unopened)
    return _media(described, limits)


def _media(described: Mapping[str, Any], limits: ProbeLimits) -> Media:
    listed = described.get("streams") or []
    probe_errors.require_few(listed, limits.max_streams, limits.max_attachments)
    form = described.get("format") or {}
    decodable = [stream for stream in listed if streams.is_decodable_video(stream)]
    heard = streams.heard_audio(listed)
    chosen = film.choose(decodable, {s.index for s in heard}, described.get("programs"))
    video = None if chosen.film is None else streams.video(chosen.film)
    audio = tuple(stream for stream in heard if stream.index not in chosen.apart)
    if video is None and (not audio or probe_errors.frames_are_lost(listed)):
        raise probe_errors.nothing_to_show(listed, heard={stream.index for stream in audio})
    if video is not None and video.width * video.height > limits.max_pixels:
        raise ProbeFailed("The frames have too many pixels.", code="source_too_large")
    container = str(form.get("format_name") or "")
    duration = (
        0.0 if container in _GUESSED_DURATION else ffprobe_values.seconds(form.get("duration"))
    )
    if not duration:
        told = [s.duration for s in (video, *audio) if s is not None and s.duration]
        duration = max(told, default=0.0) if container not in _GUESSED_DURATION else 0.0
    if container in _GUESSED_DURATION:
        video = video and replace(video, duration=None)
        audio = tuple(replace(stream, duration=None) for stream in audio)
    subtitles = tuple(s for s in secondary_streams.subtitles(listed) if s.index not in chosen.apart)
    known = {s.index for s in (video, *audio, *subtitles) if s is not None}
    return Media(
        container=container,
        duration=duration or 0.0,
        size=ffprobe_values.whole(form.get("size")) or 0,
        bitrate=ffprobe_values.whole(form.get("bit_rate")),
        video=video,
        audio=audio,
        start=ffprobe_values.seconds(form.get("start_time"), negative=True) or 0.0,
        subtitles=subtitles,
        others=secondary_streams.others(listed, known, chosen.apart),
        chapters=secondary_streams.chapters(described.get("chapters")),
        claimed=duration or 0.0,
    )


def _name_hidden(listed: list[Any], unopened: Sequence[Unopened]) -> None:
    """Give streams that were hidden the name of their codec, and mark them as undecodable."""
    codecs = {stream.index: stream.codec for stream in unopened}
    for stream in listed:
        if isinstance(stream, dict) and stream.get("index") in codecs:
            stream |= {"codec_name": codecs[stream["index"]], streams.UNOPENED: True}


def probe(
    path: Path,
    *,
    ffmpeg: FFmpeg,
    limits: ProbeLimits | None = None,
    should_stop: Callable[[], str | None] = runner.never,
    folder: Path | None = None,
) -> Media:
    """Describe a local file. Long listings are put into `folder` meanwhile. Raises `ProbeFailed` as
    `parse` does (also `source_truncated`), and what `runner.run` raises if ffprobe is missing,
    hangs or is stopped."""
    limits = limits or ProbeLimits()
    hidden: list[tuple[int, int]] = []

    until = time.monotonic() + _LOOKS * limits.wall_seconds

    def ask(command: list[str], most: int = runner.MAX_STDOUT) -> bytes:
        wall = min(limits.wall_seconds, until - time.monotonic())
        allowed = runner.Limits(wall, memory_bytes=limits.memory_bytes, stdout_bytes=most)
        with _refusing(path):
            reads = inputs.files(path, hidden)
            return ffmpeg.run(command, limits=allowed, reads=reads, should_stop=should_stop).stdout

    media = _despite_decoders(path, ffmpeg.ffprobe, ask, limits, hidden)
    if not media.size:
        media = replace(media, size=path.stat().st_size)
    if broken := broken_off.find(path, media.container):
        media = replace(media, broken_off=True, claimed=broken.told or media.claimed)
    if appended.is_any(path, media.container, should_stop=should_stop):
        probe_errors.require_readable_first(media)
        media = replace(media, appended=True)
    if media.video is not None:
        media = replace(media, video=_looked_at(media, media.video, path, ffmpeg.ffprobe, ask))
    child = apart.Reader(ffmpeg, should_stop)
    if media.is_mp4:
        media = replace(media, audio=packets.counted(media.audio, path, child))
    asked = listing.Asked(ffmpeg, should_stop, inputs.files(path, hidden), folder)
    listed = _Packets(ffmpeg.ffprobe, path, media.opened(path), asked, child)
    return _measured(media, listed, limits, path)


def _despite_decoders(
    path: Path,
    ffprobe: str,
    ask: Callable[[list[str], int], bytes],
    limits: ProbeLimits,
    hidden: list[tuple[int, int]],
) -> Media:
    """Return ffprobe's description of `path` once no decoder that is refused or does not open makes
    it fail. `hidden` grows by the names that ffprobe must not see for that."""
    beside: list[str] = []
    unopened: list[Unopened] = []
    while True:
        try:
            told = ask(argv(ffprobe, path, beside, hidden), _MAX_DESCRIPTION)
        except ProbeFailed as error:
            refused = [d for d in inputs.refused_decoders(error.log) if d not in beside]
            stream = find_unopened(error.log, path)
            if refused:
                beside += refused
            elif stream is None:
                raise
            elif (
                not stream.names
                or len(hidden) + len(stream.names) > _MOST_HIDDEN
                or set(stream.names) & set(hidden)
            ):
                raise probe_errors.unopened(stream.codec, error) from error
            else:
                unopened.append(stream)
                hidden += stream.names
            continue
        described = description.load(told)
        _name_hidden(described.get("streams") or [], unopened)
        opened = inputs.opened(path, beside=beside, hidden=hidden)
        asked = description.Asked(ffprobe, opened, lambda line: ask(line, runner.MAX_STDOUT))
        media = _closer(described, path, asked, limits)
        return replace(media, beside=tuple(beside), hidden=tuple(hidden))


def _closer(
    described: dict[str, Any], path: Path, asked: description.Asked, limits: ProbeLimits
) -> Media:
    """Return the described media, completed from packets and frames where the description leaves
    open what is shown. If nothing can be shown, raise `ProbeFailed` with the reason."""
    described = description.completed(described, asked)
    try:
        return _media(described, limits)
    except ProbeFailed as error:
        if described.get("streams"):
            raise probe_errors.of_nothing(error, path, description.has_packets(asked)) from error
        raise


@dataclass(frozen=True)
class _Packets:
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
        with _refusing(self.path), self.asked.into_file(command, limits) as file:
            yield file


def _looked_at(
    media: Media,
    video: VideoStream,
    path: Path,
    ffprobe: str,
    ask: Callable[[list[str]], bytes],
) -> VideoStream:
    """Return `video` with the facts that only its first frame or its container's boxes give."""
    edits = index.edit_list(path, video.track) if video.track is not None else None
    if edits is not None:
        video = replace(video, edited=len(edits) > 1 or any(edit.start < 0 for edit in edits))
    if video.track is not None and media.is_mp4:
        video = _described_by_itself(video, entries.first_of(path, video.track))
    if media.container == "gif":
        video = replace(video, opaque=gif.is_opaque(path))
    if x264.matters(video):
        with contextlib.suppress(ProbeFailed):
            opened = media.opened(path)
            told = description.load(ask(x264.argv(ffprobe, opened, video.index)))
            video = replace(video, x264_build=x264.build_of(told))
    if captioned.may_be(media.container, video):
        with contextlib.suppress(ProbeFailed):
            command = captioned.argv(ffprobe, media.opened(path), video.index)
            video = replace(video, captioned=captioned.are_in(description.load(ask(command))))
    if video.hdr and video.light is None:
        shown = ["-v", "error", "-select_streams", str(video.index), "-read_intervals", "%+#1"]
        shown += ["-show_entries", _LIGHT, "-of", "json=compact=1"]
        with contextlib.suppress(ProbeFailed):
            command = [ffprobe, *shown, *media.opened(path)]
            first = description.load(ask(command)).get("frames") or [{}]
            video = replace(
                video, light=hdr_metadata.hdr_metadata_of(first[0].get("side_data_list") or [])
            )
    return video


def _described_by_itself(video: VideoStream, entry: entries.Entry | None) -> VideoStream:
    """Return `video` with the facts of its own first sample description: if there are several,
    FFmpeg computes the pixel aspect from the size of the last one."""
    if entry is None:
        return video
    if entry.pasp is not None and max(entry.pasp.as_integer_ratio()) > _MAX_ASPECT:
        raise probe_errors.impossible_pixels()
    if entry.count > 1 and entry.sar != video.sar and streams.is_sane(entry.sar):
        told = f"{video.sar.numerator}:{video.sar.denominator}"
        video = replace(video, sar=entry.sar, sar_repaired=True, aspect_told=told)
    return replace(video, whole_frames=sps.is_whole(entry.avcc) if entry.avcc else None)


def _measured(media: Media, listed: _Packets, limits: ProbeLimits, path: Path) -> Media:
    """Return `media` with durations from its packets.

    Packets are read in three cases: the headers give no durations (Matroska and FLV give none for
    single streams), nothing else will check the times (audio alone), or the headers claim so much
    that the file would be refused. For video whose clock may jump, claims that long are dropped,
    and the timeline decides.
    """
    if media.video is None and media.container in clock.MAY_BEGIN_ANEW:
        clocks = listed.clocks_of_audio(media)
        if any(each.jumps for each in clocks):
            media = with_clocks(packet_extent.without_claims(media), clocks)
            if media.duration > limits.max_duration:
                raise probe_errors.too_long()
            return media
    if packet_extent.claimed(media) > limits.max_duration:
        if media.container in clock.MAY_BEGIN_ANEW and media.video is not None:
            return packet_extent.without_claims(media)
        beyond = listed.since(limits.max_duration, {}, most=_A_FEW)
        if _last(beyond) - media.start > limits.max_duration:
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
    by_count = media.container in _GUESSED_DURATION and media.video is not None
    media = packet_extent.measured(media, extents, by_count=by_count)
    if not media.duration or _last(extents, since) < since:
        media = replace(media, duration=media.lasting)
    lasts = max(media.duration, media.lasting, _last(extents) - media.start)
    if lasts > limits.max_duration and media.container not in clock.MAY_BEGIN_ANEW:
        raise probe_errors.too_long()
    return media


def _last(extents: dict[int, Extent], otherwise: float = 0.0) -> float:
    """Return the second at which the last packet ends."""
    return max((e.end for e in extents.values() if e.end is not None), default=otherwise)


@contextlib.contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn a failure of ffprobe into an error that says what it means for the file."""
    try:
        yield
    except ProcessFailed as error:
        raise probe_errors.probe_error(error, path) from error
    except (OutputTooLarge, ProcessTimedOut, ProcessKilled) as error:
        raise probe_errors.of_limits(error) from error
