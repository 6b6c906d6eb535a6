"""The result of a probe, from which all other tasks of a run follow."""

from dataclasses import dataclass
from uuid import UUID

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span


@dataclass(frozen=True)
class Probed:
    """The result of a probe.

    ``media`` is the source without the parts that are not used, ``plan`` what is made of it, and
    ``spans`` how it is cut. ``downloads`` says whether downloads are wanted. ``memory`` is the
    bytes that an encode of it may need (0: not worth counting). ``left_out`` are the kinds of
    tasks that are not wanted: of pictures, and of the transcript.
    """

    media: Media
    plan: EncodePlan
    spans: tuple[Span, ...]
    downloads: bool = False
    memory: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """The result of publishing: the added audio ``tracks`` of the video, which the new release
    needs too."""

    tracks: tuple[UUID, ...]
