"""Asks ffprobe what a source is, from its index only, and refuses what we cannot take."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from processing.ffmpeg import inputs
from processing.ffmpeg.errors import OutputTooLarge, ProbeFailed, ProcessFailed
from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.probing import (
    extent,
    extras,
    index,
    light,
    packets,
    refusals,
    streams,
    values,
)
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.sandbox import Sandbox

__all__ = ["AudioStream", "Media", "ProbeLimits", "VideoStream", "argv", "parse", "probe"]

_ENTRIES = (
    "format=format_name,duration,size,bit_rate,start_time"
    ":stream=index,id,codec_type,codec_name,codec_tag_string,profile,width,height,"
    "sample_aspect_ratio,pix_fmt,bits_per_raw_sample,color_range,color_space,color_transfer,"
    "color_primaries,field_order,r_frame_rate,avg_frame_rate,time_base,start_pts,duration,"
    "nb_frames,bit_rate,channels,channel_layout,sample_rate"
    ":stream_tags=language,title"
    ":stream_disposition=default,forced,attached_pic,timed_thumbnails"
    ":stream_side_data=rotation,displaymatrix,max_luminance,min_luminance,max_content,"
    "max_average,dv_profile"
    ":chapter=start_time,end_time"
    ":chapter_tags=title"
)
_LIGHT = "frame_side_data=max_luminance,min_luminance,max_content,max_average"
# Raw streams have no index: what ffprobe calls their duration is a guess from the bitrate.
_GUESSED_DURATION = ("mpegvideo", "aac", "ivf")


@dataclass(frozen=True)
class ProbeLimits:
    """What a source may have: pixels of one picture, streams, seconds; and the seconds and
    bytes of memory looking at it may take."""

    max_pixels: int = inputs.MAX_PIXELS
    max_streams: int = 64
    max_duration: float = 12 * 3600
    wall_seconds: float = 60
    memory_bytes: int = 2 * 1024**3


def argv(ffprobe: str, path: Path) -> list[str]:
    """The command that describes `path` as JSON."""
    shown = ["-v", "error", "-show_entries", _ENTRIES, "-of", "json=compact=1"]
    return [ffprobe, *shown, *inputs.opened(path)]


def parse(raw: bytes, *, limits: ProbeLimits) -> Media:
    """ffprobe's JSON as `Media`, whose duration is 0 when the file does not tell it.

    Raises `ProbeFailed`: `source_not_video`, `source_unsupported` (nothing in it can be
    decoded), `source_too_large` (pixels, streams) or `source_too_long`.
    """
    described = _described(raw)
    listed = described.get("streams") or []
    if len(listed) > limits.max_streams:
        raise ProbeFailed("The file has too many streams.", code="source_too_large")
    form = described.get("format") or {}
    video = streams.shown_video(listed)
    audio = streams.heard_audio(listed)
    if video is None and (not audio or refusals.pictures_are_lost(listed)):
        raise refusals.nothing_to_show(listed)
    if video is not None and video.width * video.height > limits.max_pixels:
        raise ProbeFailed("The picture has too many pixels.", code="source_too_large")
    container = str(form.get("format_name") or "")
    duration = 0.0 if container in _GUESSED_DURATION else values.seconds(form.get("duration"))
    if not duration:
        told = [s.duration for s in (video, *audio) if s is not None and s.duration]
        duration = max(told, default=0.0) if container not in _GUESSED_DURATION else 0.0
    if duration > limits.max_duration:
        raise ProbeFailed("The video is longer than allowed.", code="source_too_long")
    if video is not None and container in _GUESSED_DURATION:
        video = replace(video, duration=None)
    known = {s.index for s in (video, *audio) if s is not None}
    subtitles = extras.subtitles(listed)
    return Media(
        container=container,
        duration=duration or 0.0,
        size=values.whole(form.get("size")) or 0,
        bitrate=values.whole(form.get("bit_rate")),
        video=video,
        audio=audio,
        start=values.seconds(form.get("start_time"), negative=True) or 0.0,
        subtitles=subtitles,
        others=extras.others(listed, known | {s.index for s in subtitles}),
        chapters=extras.chapters(described.get("chapters")),
    )


def _described(raw: bytes) -> dict[str, Any]:
    try:
        described = json.loads(raw.decode("utf-8", "replace"))
    except ValueError as error:
        raise ProbeFailed() from error
    if not isinstance(described, dict) or not isinstance(described.get("streams", []), list):
        raise ProbeFailed()
    return described


def probe(
    path: Path,
    *,
    ffprobe: str,
    sandbox: Sandbox,
    limits: ProbeLimits | None = None,
    should_stop: Callable[[], str | None] = runner.never,
) -> Media:
    """Describe a local file. Raises `ProbeFailed` as `parse` does (also `source_truncated`),
    and what `runner.run` raises when ffprobe is missing, hangs or is stopped."""
    limits = limits or ProbeLimits()

    def ask(command: list[str]) -> bytes:
        return _ask(command, path, sandbox, limits, should_stop)

    media = parse(ask(argv(ffprobe, path)), limits=limits)
    if not media.size:
        media = replace(media, size=path.stat().st_size)
    if media.video is not None:
        media = replace(media, video=_looked_at(media.video, path, ffprobe, ask))
    if media.is_mp4:
        media = replace(media, audio=packets.counted(media.audio, path))
    told = all(stream.duration for stream in (media.video, *media.audio) if stream is not None)
    # Matroska and FLV tell no stream's length: the last packets do. Without any index, all do.
    return media if media.duration and told else _measured(media, path, ffprobe, ask, limits)


def _looked_at(
    video: VideoStream, path: Path, ffprobe: str, ask: Callable[[list[str]], bytes]
) -> VideoStream:
    """`video` with what only its first picture or its container's boxes tell."""
    edits = index.edit_list(path, video.track) if video.track is not None else None
    if edits is not None:
        video = replace(video, edited=len(edits) > 1 or any(edit.start < 0 for edit in edits))
    if video.hdr and video.light is None:
        shown = ["-v", "error", "-select_streams", str(video.index), "-read_intervals", "%+#1"]
        shown += ["-show_entries", _LIGHT, "-of", "json=compact=1"]
        with contextlib.suppress(ProbeFailed):
            first = _described(ask([ffprobe, *shown, *inputs.opened(path)])).get("frames") or [{}]
            video = replace(video, light=light.of(first[0].get("side_data_list") or []))
    return video


def _measured(
    media: Media,
    path: Path,
    ffprobe: str,
    ask: Callable[[list[str]], bytes],
    limits: ProbeLimits,
) -> Media:
    """`media` with the durations its packets tell."""
    since = extent.since(media)
    picture = {media.video.index: float(1 / media.video.frame_rate)} if media.video else {}
    main = (media.video or media.audio[0]).index
    extents = extent.parse(ask(extent.argv(ffprobe, path, since)), picture)
    if since and main not in extents:
        extents = extent.parse(ask(extent.argv(ffprobe, path, 0.0)), picture)
    if main not in extents:
        raise ProbeFailed("The file holds no pictures and no sound.", code="source_truncated")
    by_count = media.container in _GUESSED_DURATION and media.video is not None
    media = extent.measured(media, extents, by_count=by_count)
    lied = max((e.end for e in extents.values() if e.end is not None), default=since) < since
    if lied or not media.duration:
        media = replace(media, duration=media.lasting)
    if media.duration > limits.max_duration:
        raise ProbeFailed("The video is longer than allowed.", code="source_too_long")
    return media


def _ask(
    command: list[str],
    path: Path,
    sandbox: Sandbox,
    limits: ProbeLimits,
    should_stop: Callable[[], str | None],
) -> bytes:
    allowed = runner.Limits(limits.wall_seconds, memory_bytes=limits.memory_bytes)
    try:
        finished = runner.run(
            command, limits=allowed, sandbox=sandbox, reads=[path], writes=None,
            should_stop=should_stop,
        )  # fmt: skip
    except ProcessFailed as error:
        raise refusals.of(error, path) from error
    except OutputTooLarge as error:
        raise ProbeFailed(
            "The file has too much in it.", code="source_too_large", argv=error.argv, log=error.log
        ) from error
    return finished.stdout
