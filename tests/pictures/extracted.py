"""The pictures of a ready video, each with the second of the video that it is to show."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageSequence
from starlette.testclient import TestClient

from videos.models import Picture, Video
from videos.playback.frames import addresses
from videos.playback.media import MediaApp
from videos.storage import outputs

_STRETCH = 1.25


@dataclass(frozen=True)
class Shown:
    """A picture, or a part of one: what it is called, and the second that it shows."""

    name: str
    second: float
    picture: Image.Image


def stored(video: Video) -> Iterator[Shown]:
    """Yield the stills that were made of a video: posters, candidates, thumbnails, and each tile of
    the storyboard in both formats."""
    rows = Picture.objects.filter(release=video.release, kind__in=("candidates", "thumbnails"))
    for row in rows:
        yield Shown(row.name, row.facts["time"], Image.open(path_of(row)))
    yield from _tiles(video)


def _tiles(video: Video) -> Iterator[Shown]:
    rows = {row.name: row for row in Picture.objects.filter(release=video.release)}
    told = json.loads(path_of(rows["storyboard.json"]).read_text())
    for name in told.get("sheets", [told["url"]]):
        for suffix in (".webp", ".jpg"):
            stem = name.removesuffix(".webp")
            sheet = Image.open(path_of(rows[stem + suffix])).convert("RGB")
            for tile in told["tiles"]:
                if told.get("sheets", [name])[tile.get("sheet", 0)] == name:
                    box = tile["x"], tile["y"]
                    end = box[0] + told["tile_width"], box[1] + told["tile_height"]
                    called = f"{stem}{suffix} at {tile['start']}"
                    yield Shown(called, tile["start"], sheet.crop((*box, *end)))


def preview_of(video: Video, suffix: str) -> tuple[Picture, list[tuple[float, float]]]:
    """Return the preview, and for the middle of each of its stretches when it comes in the preview,
    and the second of the video that it shows."""
    row = Picture.objects.get(release=video.release, name=f"preview.{suffix}")
    moments = row.facts["moments"]
    long = min(_STRETCH, row.facts["seconds"] / len(moments))
    if len(moments) > 1:
        return row, [(long * (n + 0.5), at + long / 2) for n, at in enumerate(moments)]
    whole = int(row.facts["seconds"])
    return row, [(n + 0.5, moments[0] + n + 0.5) for n in range(whole)]


def moving(video: Video) -> Iterator[Shown]:
    """Yield frames of the animated preview."""
    row, times = preview_of(video, "webp")
    with Image.open(path_of(row)) as opened:
        yield from frames_of(opened, row.name, times)


def frames_of(opened: Image.Image, name: str, times: list[tuple[float, float]]) -> Iterator[Shown]:
    """Yield the frames of an animated picture that are shown at the first of each pair of times."""
    begins: list[float] = [0.0]
    frames = []
    for frame in ImageSequence.Iterator(opened):
        frames.append(frame.convert("RGB"))
        begins.append(begins[-1] + frame.info["duration"] / 1000)
    for at, second in times:
        number = max(n for n, begin in enumerate(begins[:-1]) if begin <= at + 0.001)
        yield Shown(f"{name} at {at}", second, frames[number])


def by_url(video: Video, seconds: list[float]) -> Iterator[Shown]:
    """Yield pictures that are made when they are asked for: stills in each format, and two moving
    ones."""
    client = TestClient(MediaApp())  # type: ignore[arg-type]  # starlette's own mapping
    address = addresses.thumbnail_url(video, video.owner) or ""

    def got(name: str) -> Image.Image:
        answer = client.get(address.replace("thumbnail.jpg", name))
        assert answer.status_code == 200, answer.text
        return Image.open(io.BytesIO(answer.content))

    for second in seconds:
        for suffix in ("jpg", "png", "webp"):
            name = f"thumbnail.{suffix}?time={second}"
            yield Shown(name, second, got(name))
    start, end = seconds[0], seconds[0] + 1.5
    times = [(at, start + at) for at in (0.2, 1.2)]
    for suffix in ("gif", "webp"):
        name = f"animated.{suffix}?start={start}&end={end}&fps=5"
        yield from frames_of(got(name), name, times)


def path_of(picture: Picture) -> Path:
    """Return the file of a picture."""
    path = outputs().local_path(picture.key)
    assert path is not None
    return path
