"""What the rows tell of a release's frames: its rungs, and where the bytes of a moment lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from processing.packaging import segments
from videos.models import Chunk, Picture, Rendition
from videos.playback import playlists

_KINDS = ("", "h264")
STORYBOARD = "storyboard"


@dataclass(frozen=True)
class Rung:
    """A rendition of frames: its row's id, its size in pixels, its ticks in a second, and its
    frames in a second, if they are known."""

    pk: int
    width: int
    height: int
    timescale: int
    rate: Fraction | None

    @property
    def size(self) -> tuple[int, int]:
        """The width and height."""
        return self.width, self.height


@dataclass(frozen=True)
class Shown:
    """What there is to see of a release: the seconds that play so far, whether all are there, and
    its rungs from the smallest to the largest; at least one."""

    seconds: float
    is_complete: bool
    rungs: Sequence[Rung]

    @property
    def size(self) -> tuple[int, int]:
        """The size of the largest rung: the video's own."""
        return self.rungs[-1].size

    def rung_for(self, size: tuple[int, int]) -> Rung:
        """Return the smallest rung that is large enough. Sizes of rungs are even, so a pixel does
        not count."""
        large = (r for r in self.rungs if r.width >= size[0] - 1 and r.height >= size[1] - 1)
        return next(large, self.rungs[-1])


@dataclass(frozen=True)
class Piece:
    """A run of whole fragments in one object: bytes ``first`` to ``first + size``. The object
    begins with an init segment of ``init_size`` bytes; ``start`` is the fragments' first tick."""

    key: str
    init_size: int
    first: int
    size: int
    start: int


def shown(release_id: UUID) -> Shown | None:
    """Return what there is to see of a release; None if there is nothing."""
    release = playlists.live(release_id)
    if release is None:
        return None
    seconds = release.duration if release.is_complete else release.available_seconds
    rows = Rendition.objects.filter(
        release=release, kind=Rendition.Kind.VIDEO, codec__in=_KINDS, width__gt=0, height__gt=0
    )
    rungs = sorted((_rung(row) for row in rows), key=lambda rung: rung.width * rung.height)
    if not rungs or not seconds:
        return None
    return Shown(seconds, release.is_complete, rungs)


def _rung(row: Rendition) -> Rung:
    rate = Fraction(row.frame_rate) if row.frame_rate else None
    return Rung(row.pk, row.width or 0, row.height or 0, row.timescale, rate)


def pieces(rung: Rung, first: int, last: int) -> list[Piece]:
    """Return the pieces that hold the frames that are shown from the tick ``first`` to the tick
    ``last``, each as small as can be decoded by itself. After the end that is the last one. Empty
    if the frames are not there."""
    chunks = Chunk.objects.filter(rendition_id=rung.pk, start__lte=last).order_by("-number")
    found: list[Piece] = []
    for chunk in chunks.iterator(chunk_size=2):
        if chunk.segments:
            found.insert(0, _piece(chunk, first, last))
        if chunk.start <= first:
            break
    return found


def _piece(chunk: Chunk, first: int, last: int) -> Piece:
    """Return the fragments of a chunk that are shown from one tick to another; at least one."""
    every = [one for s in segments.from_json(chunk.segments) for one in _fragments(s)]
    begin = max((n for n, (start, _, _) in enumerate(every) if start <= first), default=0)
    end = max((n for n, (start, _, _) in enumerate(every) if start <= last), default=0)
    start, offset, _ = every[begin]
    return Piece(chunk.key, chunk.init_bytes, offset, every[max(begin, end)][2] - offset, start)


def _fragments(segment: segments.Segment) -> list[tuple[int, int, int]]:
    """Return the first tick, the offset and the end of each fragment: each begins with one of the
    keyframes. Rows of old releases name none, and the segment is taken as a whole."""
    end = segment.offset + segment.size
    offsets = [keyframe.offset for keyframe in segment.keyframes] or [segment.offset]
    found, tick = [], segment.start
    for number, (offset, after) in enumerate(zip(offsets, [*offsets[1:], end], strict=True)):
        found.append((tick, offset, after))
        tick += segment.keyframes[number].duration if segment.keyframes else 0
    return found


def storyboard(release_id: UUID, suffix: str) -> str | None:
    """Return the key of a storyboard's text, or of its first sheet; None if there is none."""
    rows = Picture.objects.filter(release=release_id, kind=STORYBOARD, name__endswith=suffix)
    return rows.order_by("name").values_list("key", flat=True).first()
