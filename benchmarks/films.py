"""Create ready videos by writing their rows directly, without encoding anything."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from videos.models import Chunk, Release, Rendition, Video
from videos.playback import tokens
from videos.playback.gate import Audience
from videos.storage import outputs

_SEGMENT_SECONDS = 4
_SEGMENTS = 15
_RUNGS = (1080, 720, 480, 360, 240)
_TIMESCALE = 12_800
_AUDIO_TIMESCALE = 48_000
_INIT_BYTES = 900


def make(*, hours: float, stored: bool = False) -> Release:
    """Create a complete release of five rungs and two audio tracks. If ``stored``, its chunks are
    files of zeros on the disk; otherwise they have no files."""
    release = Release.objects.create(
        id=uuid7(), state=Release.State.COMPLETE, completed_at=timezone.now(),
        target_duration=_SEGMENT_SECONDS,
    )  # fmt: skip
    _video(release)
    count = max(1, round(hours * 3600 / _SEGMENT_SECONDS / _SEGMENTS))
    for short_side in _RUNGS:
        row = _rendition(release, f"{short_side}p", width=short_side * 16 // 9, height=short_side)
        _chunks(release, row, count, stored=stored)
    for language in ("en", "de"):
        row = _rendition(release, f"audio-{language}", language=language)
        _chunks(release, row, count, stored=stored)
    return release


def _video(release: Release) -> None:
    """Create the public video that the release belongs to."""
    owner, _ = User.objects.get_or_create(email="films@example.com")
    Video.objects.create(
        owner=owner, release=release, playable=True, status=Video.Status.READY,
        visibility=Video.Visibility.PUBLIC,
    )  # fmt: skip


def playlists(release: Release) -> list[str]:
    """Return the names of all playlists and manifests that a viewer may request."""
    names = [f"{row.name}.m3u8" for row in Rendition.objects.filter(release=release)]
    return ["master.m3u8", *names, "manifest.mpd"]


def address(release: Release, name: str = "master.m3u8") -> str:
    """Return the path of a playlist, with a token."""
    return f"/m/{tokens.issue(release.pk, duration=0, audience=Audience.OPEN)}/{release.pk}/{name}"


def _rendition(
    release: Release,
    name: str,
    *,
    width: int | None = None,
    height: int | None = None,
    language: str = "",
) -> Rendition:
    return Rendition.objects.create(
        release=release,
        name=name,
        kind=Rendition.Kind.VIDEO if height else Rendition.Kind.AUDIO,
        codecs="avc1.64001f" if height else "mp4a.40.2",
        timescale=_TIMESCALE if height else _AUDIO_TIMESCALE,
        width=width,
        height=height,
        frame_rate="25" if height else "",
        channels=None if height else 2,
        language=language,
        default=language == "en",
        bitrate=2_000_000,
        peak_bitrate=3_000_000,
        init_sha256="0" * 64,
    )


def _chunks(release: Release, row: Rendition, count: int, *, stored: bool) -> None:
    token = uuid7().hex
    made = [_chunk(release, row, number, token) for number in range(count)]
    Chunk.objects.bulk_create(made, batch_size=500)
    for chunk in made if stored else ():
        # The default storage is a plain Django storage as well.
        outputs().save(chunk.key, ContentFile(bytes(chunk.bytes)))  # type: ignore[attr-defined]


def _chunk(release: Release, row: Rendition, number: int, token: str) -> Chunk:
    ticks, size = _SEGMENT_SECONDS * row.timescale, 100_000
    segments: list[list[object]] = []
    for index in range(_SEGMENTS):
        start, offset = (number * _SEGMENTS + index) * ticks, _INIT_BYTES + index * size
        # Sizes vary, like those of real segments.
        told: list[object] = [offset, size - (start + offset) % 977, ticks, start, 100]
        if row.height:
            told.append([offset, 5000, ticks // 2, offset + 50_000, 5000, ticks // 2])
        segments.append(told)
    return Chunk(
        rendition=row,
        number=number,
        key=f"releases/{release.pk}/{token}/{row.name}-{number:05d}.mp4",
        bytes=_INIT_BYTES + _SEGMENTS * size,
        init_bytes=_INIT_BYTES,
        start=number * _SEGMENTS * ticks,
        duration=_SEGMENTS * ticks,
        segments=segments,
    )
