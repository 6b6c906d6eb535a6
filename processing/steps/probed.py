"""What a probe found: from it follow all the other tasks of a run."""

from dataclasses import dataclass

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.chunks import Span


@dataclass(frozen=True)
class Probed:
    """The source as it is made, how it is cut, whether downloads are wanted, and how many bytes of
    memory an encode of it may need (0: not worth counting)."""

    media: Media
    spans: tuple[Span, ...]
    downloads: bool = False
    memory: int = 0
