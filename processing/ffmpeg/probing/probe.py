"""Asks ffprobe what a source is, from its index only, and refuses sources that cannot be taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.probing import (
    apart,
    appended,
    broken_off,
    description,
    details,
    durations,
    ffprobe_values,
    film,
    listing,
    packets,
    probe_errors,
    secondary_streams,
    streams,
)
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
# ffprobe prints some kilobytes for an ordinary file, a few hundred for one with many chapters.
_MAX_DESCRIPTION = 4 * 1024 * 1024
# The most names to hide: for each the file is opened twice more.
_MOST_HIDDEN = 64
# All looks together may take this many times what one look may take.
_LOOKS = 4


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
        0.0 if container in durations.GUESSED else ffprobe_values.seconds(form.get("duration"))
    )
    if not duration:
        told = [s.duration for s in (video, *audio) if s is not None and s.duration]
        duration = max(told, default=0.0) if container not in durations.GUESSED else 0.0
    if container in durations.GUESSED:
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
        with probe_errors.refusing(path):
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
        media = replace(media, video=details.seen(media, media.video, path, ffmpeg.ffprobe, ask))
    child = apart.Reader(ffmpeg, should_stop)
    if media.is_mp4:
        media = replace(media, audio=packets.counted(media.audio, path, child))
    asked = listing.Asked(ffmpeg, should_stop, inputs.files(path, hidden), folder)
    listed = durations.Packets(ffmpeg.ffprobe, path, media.opened(path), asked, child)
    return durations.measured(media, listed, limits.max_duration, path)


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
