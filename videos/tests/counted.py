"""A release whose frames say which they are, without a job having made it."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from processing.packaging import composition, segments
from processing.packaging.fragments import Fragment
from processing.packaging.track import Track, read_track
from videos import keys, objects
from videos.models import Chunk, Release, Rendition, Video
from videos.storage import outputs
from videos.tests.kept import keep_video

FRAMES = 48
SIZE = 64
# Each frame is one tone, four levels brighter than the one before.
_TONE = "geq=lum='20+4*N':cb=128:cr=128,format=yuv420p"
_CLOCK = 25
UNEVEN = f"setpts='(2*N+mod(N,2))/{_CLOCK}/TB'"
"""Shows every second frame three times as long as the others, at a clock of 25 ticks a second."""
_FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets"
_QUIET = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]


@dataclass(frozen=True)
class Counted:
    """A video, and the moment in seconds at which each of its frames begins to be shown."""

    video: Video
    moments: list[Fraction]

    def shown_at(self, second: Fraction) -> int:
        """The frame that is shown at a second."""
        return max(sum(moment <= second for moment in self.moments) - 1, 0)


def draw(path: Path, *, uneven: bool) -> Path:
    """Draw the frames as a fragmented MP4 with frames out of order and ten in a group."""
    frame = f"color=black:s={SIZE}x{SIZE}:r={_CLOCK}:d={FRAMES / _CLOCK},{_TONE}"
    chain = ["-vf", UNEVEN] if uneven else []
    argv = [*_QUIET, "-f", "lavfi", "-i", frame, *chain, "-fps_mode", "passthrough"]
    argv += ["-c:v", "libx264", "-crf", "10", "-g", "10", "-bf", "3", "-sc_threshold", "0"]
    argv += ["-avoid_negative_ts", "disabled", "-movflags", _FRAGMENTED, str(path)]
    subprocess.run(argv, check=True)
    composition.from_zero(path, Fraction(_CLOCK))
    return path


def keep(owner: User, path: Path, *, uneven: bool) -> Counted:
    """Store a drawn file as the only rung of a ready video: two chunks, some segments in each."""
    video = keep_video(owner, chunks=0)
    release = video.release
    assert release is not None
    Rendition.objects.all().delete()
    with path.open("rb") as file:
        track = read_track(file)
    rendition = Rendition.objects.create(
        release=release,
        kind="video",
        name="64p",
        codec="h264",
        codecs=track.codecs,
        timescale=track.timescale,
        width=track.width,
        height=track.height,
        init_sha256=hashlib.sha256(track.init).hexdigest(),
    )
    attempt = keys.attempt_prefix(release.pk, uuid4())
    half = len(track.fragments) // 2
    for number, part in enumerate((track.fragments[:half], track.fragments[half:])):
        _store(rendition, attempt, number, path, track, part)
    Release.objects.filter(pk=release.pk).update(
        duration=track.duration / track.timescale, completed_at=timezone.now()
    )
    objects.register_releases([release.pk])
    video.refresh_from_db()
    lasting = [2 * n + n % 2 if uneven else n for n in range(FRAMES)]
    return Counted(video, [Fraction(tick, _CLOCK) for tick in lasting])


def _store(
    rendition: Rendition,
    attempt: str,
    number: int,
    path: Path,
    track: Track,
    fragments: Sequence[Fragment],
) -> None:
    first, last = fragments[0], fragments[-1]
    whole = path.read_bytes()
    data = track.init + whole[first.offset : last.offset + last.size]
    moved = first.offset - track.init_size
    here = [replace(one, offset=one.offset - moved) for one in fragments]
    key = keys.chunk(attempt, rendition.name, number)
    outputs().put_bytes(key, data, content_type="video/mp4")
    Chunk.objects.create(
        rendition=rendition,
        number=number,
        key=key,
        bytes=len(data),
        init_bytes=track.init_size,
        start=first.start,
        duration=sum(one.duration for one in fragments),
        segments=segments.to_json(segments.group(here, round(0.8 * track.timescale))),
    )
