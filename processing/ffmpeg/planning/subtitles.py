"""Which subtitles of a source are text, and how they are written to a file."""

from __future__ import annotations

from collections.abc import Mapping

from processing.ffmpeg.media import Media, SubtitleStream

PICTURES = frozenset(("hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"))
"""Codecs whose subtitles are images, by ffprobe's names."""
WAYS: Mapping[str, tuple[str, str]] = {
    "subrip": ("copy", "srt"),
    "srt": ("copy", "srt"),
    "ass": ("copy", "ass"),
    "ssa": ("copy", "ass"),
    "webvtt": ("copy", "webvtt"),
    "mov_text": ("srt", "srt"),
    "text": ("srt", "srt"),
    "eia_608": ("srt", "srt"),
}
"""FFmpeg's encoder and the format of the file, for each codec that is text. A copy keeps what a
decoder would drop, such as places, and opens no decoder."""


def texts(media: Media) -> list[SubtitleStream]:
    """Return the streams that can be written as text."""
    return [stream for stream in media.subtitles if _is_text(media, stream)]


def pictures(media: Media) -> list[SubtitleStream]:
    """Return the streams that are images, which nothing here reads."""
    return [stream for stream in media.subtitles if stream.codec in PICTURES]


def unknown(media: Media) -> list[SubtitleStream]:
    """Return the streams that are neither."""
    known = [*texts(media), *pictures(media)]
    return [stream for stream in media.subtitles if stream not in known]


def _is_text(media: Media, stream: SubtitleStream) -> bool:
    """Whether FFmpeg can write the stream; it copies WebVTT in MP4 with the boxes it is in."""
    return stream.codec in WAYS and not (stream.codec == "webvtt" and media.is_mp4)
