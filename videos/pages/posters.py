"""A video's poster as pages show it: in all sizes, so that a browser takes the one that fits."""

from collections.abc import Mapping
from dataclasses import dataclass

from videos.playback.picture_shapes import Formats, Pictures

_WITHOUT_CHOICE = 640


@dataclass(frozen=True)
class Poster:
    """The values of ``src`` and ``srcset``, and the ``srcset`` of its WebP files; the latter two
    are empty if there is no choice."""

    src: str
    srcset: str
    webp: str


def of(shown: Pictures) -> Poster | None:
    """Return the poster; None if there is none."""
    jpegs = {width: one.jpeg for width, one in shown.poster.items() if one.jpeg}
    if not jpegs:
        return None
    fitting = [url for width, url in jpegs.items() if int(width) <= _WITHOUT_CHOICE]
    src = fitting[-1] if fitting else next(iter(jpegs.values()))
    srcset = _srcset(shown.poster, "jpeg") if len(jpegs) > 1 else ""
    return Poster(src, srcset, _srcset(shown.poster, "webp"))


def _srcset(sizes: Mapping[str, Formats], format: str) -> str:
    urls = ((getattr(one, format), one.width or width) for width, one in sizes.items())
    return ", ".join(f"{url} {width}w" for url, width in urls if url)
