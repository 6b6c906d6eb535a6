"""A ready video has a storyboard, whose texts say what its sheets show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Opened

from processing.ffmpeg.tests import colours
from videos.models import Picture, Video
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]

_CUE = re.compile(
    r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})\n"
    r"(storyboard-\d{3}\.webp)#xywh=(\d+),(\d+),(\d+),(\d+)\n"
)
Box = tuple[int, int, int, int]


def path_of(picture: Picture) -> Path:
    path = outputs().local_path(picture.key)
    assert path is not None
    return path


def made() -> dict[str, Picture]:
    """The rows of the storyboard by their names."""
    return {one.name: one for one in Picture.objects.filter(kind="storyboard")}


def cues_of(text: str) -> list[tuple[float, float, str, Box]]:
    """When each cue of WebVTT begins and ends, and the picture that it names."""
    head, _, rest = text.partition("\n\n")
    assert head == "WEBVTT"
    assert _CUE.sub("", rest).strip() == ""
    found = []
    for cue in _CUE.finditer(rest):
        begin, end = (int(cue[n]) * 3600 + int(cue[n + 1]) * 60 + float(cue[n + 2]) for n in (1, 4))
        x, y, width, height = (int(cue[n]) for n in range(8, 12))
        found.append((begin, end, cue[7], (x, y, width, height)))
    return found


@pytest.fixture
def coloured(take_in: Callable[[Path], Video], tmp_path: Path) -> Video:
    """A portrait film with another colour in each of its four seconds; the last one is half."""
    frames = colours.by_second(4)[:-5]
    return take_in(colours.film(tmp_path / "film.mp4", frames, size=(180, 320)))


def test_each_cue_shows_what_the_film_shows(coloured: Video, work_off: Callable[[], None]) -> None:
    work_off()
    rows = made()
    assert set(rows) == {"storyboard-000.webp", "storyboard-000.jpg", "storyboard.vtt",
                         "storyboard.json"}  # fmt: skip
    cues = cues_of(path_of(rows["storyboard.vtt"]).read_text())
    assert [(begin, end) for begin, end, *_ in cues] == [(0, 1), (1, 2), (2, 3), (3, 3.5)]
    for number, (_, _, name, box) in enumerate(cues):
        for row in (rows[name], rows[name.replace(".webp", ".jpg")]):
            with Opened.open(path_of(row)) as sheet:
                assert colours.seen(sheet, box) == colours.nth(number)
    told = json.loads(path_of(rows["storyboard.json"]).read_text())
    assert (told["url"], told["duration"]) == ("storyboard-000.webp", 3.5)
    assert [(tile["start"], tile["x"], tile["y"]) for tile in told["tiles"]] == [
        (begin, box[0], box[1]) for begin, _, _, box in cues
    ]
    assert (told["tile_width"], told["tile_height"]) == cues[0][3][2:] == (160, 284)


def test_its_rows_say_what_its_files_are(ready_video: Video) -> None:
    rows = made()
    for name, form in (("storyboard-000.webp", "WEBP"), ("storyboard-000.jpg", "JPEG")):
        row = rows[name]
        with Opened.open(path_of(row)) as sheet:
            assert sheet.format == form
            assert sheet.size == (row.width, row.height) == (480, 90)
        assert row.content_type == f"image/{form.lower()}"
        assert row.bytes == path_of(row).stat().st_size
        assert row.facts == {
            "interval": 1, "columns": 3, "rows": 1, "tile_width": 160, "tile_height": 90,
            "count": 3, "sheet": 0,
        }  # fmt: skip
    assert rows["storyboard.vtt"].content_type == "text/vtt"
    assert rows["storyboard.json"].content_type == "application/json"
