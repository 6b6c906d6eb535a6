"""ffprobe's list of packets: one line for each, in a file, because films of some hours have two
hundred megabytes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from processing.ffmpeg.media import VideoStream
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.runner import Limits

# Twelve hours at 120 frames a second need a third of this.
MAX_BYTES = 768 * 1024**2
# Bytes that can be read in some hundredths of a second.
_SHORT = 500_000
_WALL_SECONDS = 60
_BYTES_PER_SECOND = 25_000_000
_MEMORY_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Asked:
    """Where ffprobe runs, the files it reads, and the folder for its listings meanwhile; without a
    `folder`, the system's own."""

    ffmpeg: FFmpeg
    should_stop: Callable[[], str | None]
    reads: Sequence[Path]
    folder: Path | None = None

    @contextmanager
    def into_file(self, command: Sequence[str], limits: Limits) -> Iterator[Any]:
        """Run `command` and yield its output as an open, named file, at the beginning. Raises as
        `runner.run` does."""
        with tempfile.NamedTemporaryFile(prefix="vodloom-packets-", dir=self.folder) as file:
            self.ffmpeg.run(
                command, limits=limits, reads=self.reads, should_stop=self.should_stop,
                said=cast(BinaryIO, file.file),
            )  # fmt: skip
            file.seek(0)
            yield file


def limits(size: int) -> Limits:
    """Return the limits for listing a file of `size` bytes."""
    wall = _WALL_SECONDS + size / _BYTES_PER_SECOND
    return Limits(wall, memory_bytes=_MEMORY_BYTES, stdout_bytes=MAX_BYTES)


def is_short(file: BinaryIO) -> bool:
    """Whether a listing is short enough to be read in this process."""
    length = file.seek(0, 2)
    file.seek(0)
    return length <= _SHORT


def argv(ffprobe: str, opened: Sequence[str], video: VideoStream | None) -> list[str]:
    """Return the command that lists `pts,dts,duration,size,flags` of the packets of a stream.
    Without `video` it lists the packets of all streams, each after its stream index."""
    shown, fields = ["-v", "error"], "stream_index,pts,dts,duration,size,flags"
    if video is not None:
        shown, fields = [*shown, "-select_streams", str(video.index)], "pts,dts,duration,size,flags"
    shown += ["-show_entries", f"packet={fields}", "-of", "csv=p=0"]
    return [ffprobe, *shown, *opened]
