"""Take the frame of a video that is shown at a second, in full size, for its owner's poster."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings
from django.db import connection

from processing.ffmpeg.encoding import frame
from processing.ffmpeg.errors import MediaError, SandboxUnavailable, ToolMissing
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.ffmpeg import FFmpeg
from videos import frames
from videos.ingest.examining import PATIENCE_SECONDS, ImagesUnavailable
from videos.models import Picture, Rendition, Video
from videos.storage import ObjectMissing, StorageUnavailable, outputs

_AT_ONCE = 2
_decoding = BoundedSemaphore(_AT_ONCE)
_LIMITS = runner.Limits(
    wall_seconds=30, cpu_seconds=30, memory_bytes=1024**3, output_bytes=128 * 1024**2
)


class NoFrames(Exception):
    """Raised when a video has no frames to take, not yet or never."""


class TimeOutside(Exception):
    """Raised when no frame is shown at a second: it is no number, or not within the video."""


class CandidateUnknown(Exception):
    """Raised when a video has no candidate of that name."""


def time_of(video: Video, candidate: str) -> float:
    """Return the second of the video at which a candidate is shown. Raises ``CandidateUnknown``."""
    if video.release_id is None or not candidate.startswith("candidate-"):
        raise CandidateUnknown
    found = Picture.objects.filter(
        release_id=video.release_id, kind="candidates", name=candidate, facts__time__isnull=False
    )
    facts = found.values_list("facts", flat=True).first()
    if facts is None:
        raise CandidateUnknown
    return float(facts["time"])


@contextmanager
def taken(video: Video, seconds: float) -> Iterator[Path]:
    """Yield a PNG of the frame that is shown at a second; it is gone afterwards.

    It is taken from the largest rendition, which shows what viewers see: cut to the clip, upright,
    and in the colours of every screen. Raises ``NoFrames``, ``TimeOutside``, ``ImagesUnavailable``
    or ``StorageUnavailable``.
    """
    rendition = _largest(video)
    chunks = list(rendition.chunks.all())
    if not chunks:
        raise NoFrames
    if not math.isfinite(seconds) or not 0 <= seconds <= frames.seconds_of(rendition, chunks):
        raise TimeOutside
    place = frames.at(rendition, chunks, Fraction(seconds))
    if not connection.in_atomic_block:
        connection.close()  # others can use it meanwhile
    with tempfile.TemporaryDirectory(prefix="frame-", dir=settings.UPLOAD_DIR) as name:
        folder = Path(name).resolve()
        yield _decoded(place, _local(place.chunk.key, folder), rendition, folder)


def _largest(video: Video) -> Rendition:
    if video.release_id is None:
        raise NoFrames
    rungs = Rendition.objects.filter(
        release_id=video.release_id, kind=Rendition.Kind.VIDEO, codec__in=("", "h264")
    )
    found = rungs.largest_first().first()
    if found is None:
        raise NoFrames
    return found


def _local(key: str, folder: Path) -> Path:
    try:
        path = outputs().local_path(key)
        if path is None:
            path = folder / "chunk.mp4"
            outputs().fetch(key, path)
    except ObjectMissing as error:
        raise StorageUnavailable(key) from error
    return path


def _decoded(place: frames.Place, chunk: Path, rendition: Rendition, folder: Path) -> Path:
    ffmpeg = FFmpeg(settings.FFMPEG, settings.FFPROBE, settings.ENV.sandbox)
    out = folder / "frame.png"
    wanted = frame.Wanted(out, rendition.width or 2, rendition.height or 2)
    argv = frame.command(ffmpeg.program, frame.Taken(chunk, place.seek), [wanted])
    if not _decoding.acquire(timeout=PATIENCE_SECONDS):
        raise ImagesUnavailable
    try:
        ffmpeg.run(argv, limits=_LIMITS, reads=[chunk], writes=folder)
    except (MediaError, SandboxUnavailable, ToolMissing) as error:
        raise ImagesUnavailable from error
    finally:
        _decoding.release()
    if not out.exists():
        raise ImagesUnavailable
    return out
