"""The subtitles inside a source, as documents whose times are those of the video made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from processing.captions import limits, shifting
from processing.captions.document import Cue, Document
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read
from processing.ffmpeg.encoding import frame_captions, subtitles
from processing.ffmpeg.errors import ProcessFailed, RoomDoubtful
from processing.ffmpeg.media import Media, SubtitleStream
from processing.ffmpeg.planning.grid import grid_of, length_of, origin_of
from processing.packaging import languages

Run = Callable[[list[str]], object]
"""Runs a command of FFmpeg, which may read the source and write into the folder."""

# The header of a source may name other fields than those in which each event is stored.
_EVENT_FIELDS = re.compile(rb"(\[Events\]\s{0,9})Format:[^\n]*", re.IGNORECASE)


@dataclass(frozen=True)
class Embedded:
    """A stream of subtitles: its document, or the code of why it cannot be read. A stream without
    any text within the video has `captions_empty`."""

    stream: SubtitleStream
    document: Document | None = None
    error_code: str = ""


def extract(source: Path, media: Media, folder: Path, *, ffmpeg: str, run: Run) -> list[Embedded]:
    """Return all subtitles of a source that are text, in the order of its streams. FFmpeg reads the
    source once; it does not run if there are none. If it fails, each stream is tried alone, so that
    a broken one takes no other with it.

    ``folder`` is where it writes, and is left without its files. What ``run`` raises is raised,
    except ``ProcessFailed``: such a stream has `captions_unreadable`.
    """
    wanted = subtitles.writings(media, folder)
    if not wanted:
        return []
    try:
        run(subtitles.command(ffmpeg, source, wanted))
        return [_read(one, media) for one in wanted]
    except RoomDoubtful:
        raise
    except ProcessFailed:
        return [_alone(one, source, media, ffmpeg, run) for one in wanted]
    finally:
        for one in wanted:
            one.file.unlink(missing_ok=True)


def extract_from_frames(
    source: Path, media: Media, folder: Path, *, ffmpeg: str, run: Run
) -> list[Embedded]:
    """Return the captions of television that frames carry (CEA-608, the first channel); nothing if
    there is no text in them. All frames are decoded. Raises as ``extract``."""
    if media.video is None or not media.video.captioned:
        return []
    stream = SubtitleStream(media.video.index, "eia_608", "und", "", False, False, described=True)
    one = subtitles.Writing(stream, folder / "frames.srt", frame_captions.FORMAT)
    try:
        run(frame_captions.command(ffmpeg, source, stream.index, one.file))
        found = _read(one, media)
    except RoomDoubtful:
        raise
    except ProcessFailed:
        found = Embedded(stream, error_code="captions_unreadable")
    finally:
        one.file.unlink(missing_ok=True)
    return [] if found.error_code == "captions_empty" else [found]


def _alone(one: subtitles.Writing, source: Path, media: Media, ffmpeg: str, run: Run) -> Embedded:
    try:
        run(subtitles.command(ffmpeg, source, [one]))
    except RoomDoubtful:
        raise
    except ProcessFailed:
        return Embedded(one.stream, error_code="captions_unreadable")
    return _read(one, media)


def _read(one: subtitles.Writing, media: Media) -> Embedded:
    try:
        if not one.file.exists():
            raise CaptionsUnreadable("captions_empty")
        if one.file.stat().st_size > limits.MOST_BYTES:
            raise CaptionsUnreadable("captions_too_large")
        data = _EVENT_FIELDS.sub(rb"\1", one.file.read_bytes(), count=1)
        text = read(data, format=one.format, language=languages.tag(one.stream.language))
        return Embedded(one.stream, _placed(text, media))
    except CaptionsUnreadable as error:
        return Embedded(one.stream, error_code=error.code)


def _placed(document: Document, media: Media) -> Document:
    """Return the cues at the times at which players show the frames; those outside of the clip, or
    before the first frame, are left out."""
    by = -round(origin_of(media) * 1000) - subtitles.AHEAD_MS
    cues = shifting.shift(document.cues, by, cut=True).cues
    if media.clip is not None:
        cues = _until(cues, _milliseconds(media))
    if not cues:
        raise CaptionsUnreadable("captions_empty")
    return replace(document, cues=cues)


def _milliseconds(media: Media) -> int:
    grid = grid_of(media)
    return round((grid.seconds if grid else length_of(media)) * 1000)


def _until(cues: Iterable[Cue], end: int) -> tuple[Cue, ...]:
    return tuple(replace(cue, end=min(cue.end, end)) for cue in cues if cue.start < end)
