"""The waveform of a video, and what is shown of one that has nothing but audio."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Opened

from processing.ffmpeg.tests.clips import ffmpeg
from videos.models import Picture, StoredObject, Video
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


def file_of(key: str) -> Path:
    path = outputs().local_path(key)
    assert path is not None
    return path


def color_at(key: str, x: int, y: int) -> tuple[int, ...]:
    with Opened.open(file_of(key)) as shown:
        found = shown.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def test_a_video_has_peaks_and_a_picture_of_them(ready_video: Video) -> None:
    made = {one.name: one for one in Picture.objects.filter(kind="waveform")}
    assert set(made) == {"waveform.json", "waveform.png"}
    told = json.loads(file_of(made["waveform.json"].key).read_text())
    assert told["length"] == len(told["data"]) / 2 == pytest.approx(300, abs=10)
    assert made["waveform.json"].facts["length"] == told["length"]
    with Opened.open(file_of(made["waveform.png"].key)) as shown:
        assert shown.size == (1280, 160)
        seen = shown.convert("RGBA")
    assert seen.getpixel((640, 0))[3] == 0  # type: ignore[index]
    assert seen.getpixel((640, 80))[3] == 255  # type: ignore[index]


def song(path: Path) -> Path:
    """A tone of two seconds with a large red cover."""
    tone, red = ["-f", "lavfi", "-i", "sine=d=2"], "color=red:s=900x900:r=1:d=1,format=yuvj420p"
    attached = ["-map", "0", "-map", "1", "-c:v", "mjpeg", "-frames:v", "1"]
    ffmpeg(*tone, "-f", "lavfi", "-i", red, *attached, "-disposition:v", "attached_pic", path)
    return path


def test_audio_shows_its_cover_art(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path
) -> None:
    video = take_in(song(tmp_path / "song.mp3"))
    work_off()
    video.refresh_from_db()
    release = video.release
    assert release is not None
    with Opened.open(file_of(release.poster_key)) as shown:
        assert shown.size == (900, 900)
    with Opened.open(file_of(release.small_poster_key)) as shown:
        assert shown.size == (640, 640)
    assert color_at(release.poster_key, 450, 450) == pytest.approx((254, 0, 0), abs=8)


def test_a_cover_that_is_none_is_passed_over(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path
) -> None:
    source = song(tmp_path / "song.mp3")
    whole = source.read_bytes()
    at = whole.index(b"\xff\xd8")
    source.write_bytes(whole[: at + 20] + bytes(1000) + whole[at + 1020 :])
    video = take_in(source)
    work_off()
    video.refresh_from_db()
    assert video.release is not None
    with Opened.open(file_of(video.release.poster_key)) as shown:
        assert shown.size == (1280, 720)


def test_audio_without_cover_art_shows_its_waveform(
    take_in: Callable[[Path], Video], work_off: Callable[[], None], tmp_path: Path
) -> None:
    source = tmp_path / "tone.wav"
    ffmpeg("-f", "lavfi", "-i", "aevalsrc='0.9*sin(2*PI*440*t)*gte(t,1)':d=2", source)
    video = take_in(source)
    work_off()
    video.refresh_from_db()
    release = video.release
    assert release is not None
    with Opened.open(file_of(release.poster_key)) as shown:
        assert shown.size == (1280, 720)
    silent, loud = (color_at(release.poster_key, x, 220) for x in (320, 960))
    assert silent == pytest.approx((0x14, 0x17, 0x20), abs=8)
    assert loud == pytest.approx((0x5B, 0x7C, 0xFA), abs=16)
    keys = set(Picture.objects.values_list("key", flat=True))
    assert {release.poster_key, release.small_poster_key} <= keys
    stored = StoredObject.objects.filter(key__in=keys, state=StoredObject.State.STORED)
    assert stored.count() == len(keys) == 4
