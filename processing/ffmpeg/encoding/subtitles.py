"""The command that writes all subtitles of a source that are text, each into a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from processing.ffmpeg import inputs
from processing.ffmpeg.media import Media, SubtitleStream
from processing.ffmpeg.planning.subtitles import WAYS, texts

AHEAD_MS = 60_000
"""Milliseconds by which times in the files are too late: files of text have no times below 0, and
the clock of a source may begin there."""


@dataclass(frozen=True)
class Writing:
    """A stream, and the file of a ``format`` (`srt`, `ass` or `webvtt`) that it is written to."""

    stream: SubtitleStream
    file: Path
    format: str


def writings(media: Media, folder: Path) -> list[Writing]:
    """Return the file in the folder for each stream of text."""
    wanted = []
    for stream in texts(media):
        _, form = WAYS[stream.codec]
        wanted.append(Writing(stream, folder / f"subtitles-{stream.index}.{form}", form))
    return wanted


def command(ffmpeg: str, source: Path, wanted: Sequence[Writing]) -> list[str]:
    """Return the command that writes all the files in one reading of the source. Their times are
    those of the source's own clock, AHEAD_MS later."""
    argv = [ffmpeg, "-hide_banner", "-nostdin", "-nostats", "-loglevel", "warning", "-y"]
    argv += ["-copyts", *inputs.opened(source, subtitles=True)]
    for one in wanted:
        encoder, _ = WAYS[one.stream.codec]
        argv += ["-map", f"0:{one.stream.index}", "-c:s", encoder]
        argv += ["-map_metadata", "-1", "-map_chapters", "-1"]
        argv += ["-output_ts_offset", str(AHEAD_MS // 1000), "-f", one.format, str(one.file)]
    return argv
