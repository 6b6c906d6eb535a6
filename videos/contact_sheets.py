"""Draw the pictures of a video on one sheet, for people to look at.

Only the command line draws sheets: web processes never load a library that reads images. What is
drawn are pictures of our own, which processing has made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image, ImageDraw, ImageFont

from videos import keys
from videos.models import Picture, Video
from videos.storage import MediaStorage, ObjectMissing

_WIDTH, _GAP, _LINE = 1672, 12, 20
_SMALL, _LARGE = 320, 640
_PAPER, _INK, _CHOSEN = (24, 24, 27), (228, 228, 231), (74, 222, 128)
_BESIDE = ("candidates", "thumbnails")


@dataclass(frozen=True)
class Shown:
    """A picture to draw: its key, the line under it, and the longest side of its cell in pixels."""

    key: str
    line: str
    side: int = _SMALL
    chosen: bool = False


def shown(video: Video) -> list[Shown]:
    """Return what stands on the sheet of a video: its poster, then every picture of its release
    but the other sizes of the poster. Its release must be joined."""
    found = []
    release = video.release
    if video.own_poster:
        poster = keys.in_poster(video.own_poster, keys.POSTER)
        found.append(Shown(poster, "poster: the owner's", _LARGE))
    elif release is not None and release.poster_key:
        name = PurePosixPath(release.poster_key).name
        found.append(Shown(release.poster_key, f"poster: {name}", _LARGE))
    pictures = Picture.objects.filter(release=release, content_type__startswith="image/")
    others = pictures.exclude(name__startswith="poster-") if release else pictures.none()
    return [*found, *(_of(one) for one in others.order_by("kind", "name"))]


def draw(title: str, pictures: Sequence[Shown], storage: MediaStorage, folder: Path) -> Image.Image:
    """Return a sheet with these pictures, row by row. Those that are missing are said to be so.
    ``folder`` is for copies of what a bucket holds. Raises ``StorageUnavailable``."""
    cells = [(one, _opened(one, storage, folder / str(at))) for at, one in enumerate(pictures)]
    placed = list(_placed(cells, top=_GAP + 2 * _LINE))
    bottom = max([_GAP + 2 * _LINE, *(y + _height(one, image) for one, image, _, y in placed)])
    sheet = Image.new("RGB", (_WIDTH, bottom + _GAP), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default()
    pen.text((_GAP, _GAP), _plain(title), fill=_INK, font=font)
    for one, image, x, y in placed:
        if image is not None:
            sheet.paste(image, (x, y))
        below = y + (image.height if image else 0) + 4
        pen.text((x, below), _plain(one.line), fill=_CHOSEN if one.chosen else _INK, font=font)
    return sheet


def _of(picture: Picture) -> Shown:
    facts = picture.facts
    said = [picture.name]
    if (time := facts.get("time")) is not None:
        said.append(f"{time:.2f} s")
    if (score := facts.get("score")) is not None:
        said.append(f"score {score:.2f}")
    said += [name for name in ("fade", "flash", "chosen") if facts.get(name)]
    side = _SMALL if picture.kind in _BESIDE else _LARGE
    return Shown(picture.key, "  ".join(said), side, bool(facts.get("chosen")))


def _opened(one: Shown, storage: MediaStorage, copy: Path) -> Image.Image | None:
    """Return a picture, made to fit its cell; None if it is missing. One that moves is shown by
    some of its frames, beside each other."""
    try:
        path = storage.local_path(one.key)
        if path is None:
            path = copy
            storage.fetch(one.key, path)
        with Image.open(path) as image:
            picture = _strip(image)
    except (ObjectMissing, OSError):
        return None
    picture.thumbnail((one.side, one.side))
    return picture


def _strip(image: Image.Image) -> Image.Image:
    """Return the frames of a picture that are in the middles of its quarters, from left to right,
    or its only one. What is transparent shows the paper."""
    many = getattr(image, "n_frames", 1)
    numbers = list(dict.fromkeys(many * (2 * quarter + 1) // 8 for quarter in range(4)))
    strip = Image.new("RGB", (image.width * len(numbers), image.height), _PAPER)
    for place, number in enumerate(numbers):
        image.seek(number)
        frame = image.convert("RGBA")
        strip.paste(frame, (place * image.width, 0), frame)
    return strip


def _placed(
    cells: Sequence[tuple[Shown, Image.Image | None]], *, top: int
) -> Iterator[tuple[Shown, Image.Image | None, int, int]]:
    """Yield each picture with its place: from left to right, in rows as high as their highest."""
    x, y, highest = _GAP, top, 0
    for one, image in cells:
        if x > _GAP and x + one.side > _WIDTH - _GAP:
            x, y, highest = _GAP, y + highest + _GAP, 0
        yield one, image, x, y
        x += one.side + _GAP
        highest = max(highest, _height(one, image))


def _height(one: Shown, image: Image.Image | None) -> int:
    return (image.height if image is not None else 0) + _LINE


def _plain(text: str) -> str:
    """Return text in the letters that the font surely has."""
    return text.encode("latin-1", "replace").decode("latin-1")
