"""The facts about video that only its first frame or the boxes of its container give."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.media import Media, VideoStream
from processing.ffmpeg.probing import (
    captioned,
    description,
    entries,
    gif,
    hdr_metadata,
    index,
    probe_errors,
    sps,
    streams,
    x264,
)

_LIGHT = "frame_side_data=max_luminance,min_luminance,max_content,max_average"
# FFmpeg stores the sides of a pixel in 31 bits, and opens no filter if they are larger.
_MAX_ASPECT = 2**31 - 1


def seen(
    media: Media,
    video: VideoStream,
    path: Path,
    ffprobe: str,
    ask: Callable[[list[str]], bytes],
) -> VideoStream:
    """Return `video` with these facts; `ask` runs ffprobe. Raises `ProbeFailed` for pixels of an
    aspect that nothing can show."""
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
