"""What a probe found: from it follow all the other tasks of a run."""

from dataclasses import dataclass

from processing.ffmpeg.media import Media
from processing.ffmpeg.planning.chunks import Span


@dataclass(frozen=True)
class Probed:
    """The source as it is made, how it is cut, and whether downloads are wanted."""

    media: Media
    spans: tuple[Span, ...]
    downloads: bool = False
