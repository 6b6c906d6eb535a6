"""Sheets that show the pictures of videos to people."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image as Opened

from videos import contact_sheets
from videos.contact_sheets import Shown
from videos.models import Picture, Video
from videos.storage import outputs
from videos.storage.disk import DiskStorage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


def test_a_sheet_shows_every_picture_of_a_video(ready_video: Video, tmp_path: Path) -> None:
    told = io.StringIO()
    call_command("contact_sheet", "--all", "--out", str(tmp_path / "sheets"), stdout=told)
    path = Path(told.getvalue().strip())
    assert path.name == f"{ready_video.pk}.jpg"
    with Opened.open(path) as sheet:
        assert sheet.width == 1672
        assert sheet.height > 300
        assert len(sheet.convert("L").getcolors(256) or ()) > 50
    lines = [one.line for one in contact_sheets.shown(ready_video)]
    assert lines[0] == "poster: poster-320.jpg"
    assert sum("score" in line for line in lines) == 4
    assert sum("chosen" in line for line in lines) == 1
    others = Picture.objects.filter(content_type__startswith="image/").exclude(
        name__startswith="poster-"
    )
    assert len(lines) == 1 + others.count()


def test_a_picture_that_is_missing_does_not_hide_the_others(
    ready_video: Video, tmp_path: Path
) -> None:
    for one in Picture.objects.filter(kind="thumbnails"):
        path = outputs().local_path(one.key)
        assert path is not None
        path.unlink()
    call_command("contact_sheet", str(ready_video.pk), "--out", str(tmp_path))
    assert (tmp_path / f"{ready_video.pk}.jpg").stat().st_size > 5000


def test_what_moves_is_shown_by_four_frames_and_what_is_clear_on_paper(tmp_path: Path) -> None:
    moving, clear = tmp_path / "a.webp", tmp_path / "b.png"
    frames = [Opened.new("RGB", (16, 16), (60 * number, 0, 0)) for number in range(4)]
    frames[0].save(moving, save_all=True, append_images=frames[1:], lossless=True, duration=100)
    Opened.new("RGBA", (16, 16), (0, 0, 255, 0)).save(clear)
    storage = DiskStorage(location=tmp_path)
    sheet = contact_sheets.draw("x", [Shown("a.webp", "a"), Shown("b.png", "b")], storage, tmp_path)
    top = 52  # below the title
    assert [sheet.getpixel((12 + 16 * n + 8, top + 8)) for n in range(4)] == [
        (60 * n, 0, 0) for n in range(4)
    ]
    assert sheet.getpixel((12 + 332 + 8, top + 8)) == sheet.getpixel((0, 0))


def test_it_must_be_said_which_videos(video: Video, tmp_path: Path) -> None:
    for given in ((), (str(video.pk),)):  # nothing of it plays
        with pytest.raises(CommandError):
            call_command("contact_sheet", *given, "--out", str(tmp_path))
