"""The contents of a file besides video and audio: subtitles, chapters, cover art and the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from processing.ffmpeg.media import Chapter, OtherStream, SubtitleStream
from processing.ffmpeg.probing import ffprobe_values

# Chapters are stored with the source and loaded with lists of sources, so they must be few.
_MAX_CHAPTERS = 200


def is_cover(stream: Mapping[str, Any]) -> bool:
    """Whether a stream is a picture beside the film: cover art or thumbnails."""
    marks = _marks(stream)
    return bool(marks.get("attached_pic") or marks.get("timed_thumbnails"))


def subtitles(listed: Sequence[Any]) -> tuple[SubtitleStream, ...]:
    """Return the subtitle streams, in the file's order."""
    return tuple(
        SubtitleStream(
            index=stream["index"],
            codec=str(stream.get("codec_name") or "unknown"),
            language=ffprobe_values.language(stream),
            title=ffprobe_values.text(_tags(stream).get("title")),
            default=bool(_marks(stream).get("default")),
            forced=bool(_marks(stream).get("forced")),
            described=bool(_marks(stream).get("hearing_impaired")),
        )
        for stream in listed
        if isinstance(stream, dict) and stream.get("codec_type") == "subtitle"
    )


def others(
    listed: Sequence[Any], known: set[int], apart: Collection[int] = ()
) -> tuple[OtherStream, ...]:
    """Return the streams that are not `known`; those in `apart` belong to other programmes."""
    return tuple(
        OtherStream(
            stream["index"],
            _kind(stream),
            ffprobe_values.codec(stream),
            language=ffprobe_values.language(stream),
            other_programme=stream["index"] in apart,
        )
        for stream in listed
        if isinstance(stream, dict) and stream.get("index") not in known
    )


def chapters(listed: Any) -> tuple[Chapter, ...]:
    """Return the first chapters with a positive length, sorted by start."""
    found = []
    for chapter in listed if isinstance(listed, list) else []:
        if not isinstance(chapter, dict):
            continue
        start = ffprobe_values.seconds(chapter.get("start_time"), negative=True) or 0.0
        end = ffprobe_values.seconds(chapter.get("end_time"), negative=True) or 0.0
        if end > start:
            found.append(Chapter(start, end, ffprobe_values.text(_tags(chapter).get("title"))))
    return tuple(sorted(found, key=lambda chapter: chapter.start)[:_MAX_CHAPTERS])


def _kind(stream: Mapping[str, Any]) -> str:
    return "cover" if is_cover(stream) else str(stream.get("codec_type") or "unknown")


def _marks(stream: Mapping[str, Any]) -> Mapping[str, Any]:
    marks = stream.get("disposition")
    return marks if isinstance(marks, dict) else {}


def _tags(stream: Mapping[str, Any]) -> Mapping[str, Any]:
    tags = stream.get("tags")
    return tags if isinstance(tags, dict) else {}
