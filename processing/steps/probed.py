"""What a probe found: from it follow all the other tasks of a run."""

from dataclasses import dataclass

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.plan import EncodePlan
from processing.ffmpeg.planning.span_plan import Span


@dataclass(frozen=True)
class Probed:
    """The source as it is made, what is made of it, how it is cut, whether downloads are wanted,
    and how many bytes of memory an encode of it may need (0: not worth counting)."""

    media: Media
    plan: EncodePlan
    spans: tuple[Span, ...]
    downloads: bool = False
    memory: int = 0
