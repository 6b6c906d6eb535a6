"""The poster shows something wherever there is anything to see, as the film shows it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import poster
from processing.ffmpeg.media import Media
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import asked, color_at, described, ffmpeg, line_of
from processing.ffmpeg.tests.test_pixels import PATCHES, hdr_clip
from tests import corpus

pytestmark = pytest.mark.slow


def still_of(source: Path, folder: Path, media: Media | None = None) -> tuple[poster.Still, int]:
    """The poster, and how many looks it took."""
    if media is None:
        media = described(source)
        media = with_timeline(media, line_of(source, media))
    assert media.video is not None
    found: list[poster.Still] = []
    looks = poster.looks(media, media.video, ffmpeg="ffmpeg", source=source, out=folder)
    number = 0
    for number, look in enumerate(looks):
        subprocess.run(look.argv, check=False, capture_output=True, timeout=60)
        found += poster.taken(folder, number)
        if look.is_enough(found):
            break
    best = poster.best(found)
    assert best is not None
    return best, number + 1


def poster_of(source: Path, folder: Path, media: Media | None = None) -> Path:
    return still_of(source, folder, media)[0].path


def test_the_poster_of_an_hdr_video_has_its_colours(tmp_path: Path) -> None:
    source = hdr_clip(tmp_path / "hdr.mp4")
    made = poster_of(source, tmp_path, described(source))
    assert color_at(made, "8:8") == pytest.approx([v * 255 for v in PATCHES[1]], abs=6)


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
def test_a_poster_has_the_colours_of_its_video(tmp_path: Path, matrix: str) -> None:
    source = tmp_path / "red.mp4"
    red = f"color=0xC02060:s=1280x720:r=5:d=1,scale=out_color_matrix={matrix},format=yuv420p"
    tags = ["-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix]
    ffmpeg("-f", "lavfi", "-i", red, "-c:v", "libx264", *tags, source)
    made = poster_of(source, tmp_path, described(source))
    assert color_at(made, "8:8") == pytest.approx((0xC0, 0x20, 0x60), abs=4)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.mkv"])
@pytest.mark.parametrize("gop", ["1000", "5"])
@pytest.mark.parametrize("frames", ["1", "75"])
def test_every_video_has_a_poster(tmp_path: Path, name: str, gop: str, frames: str) -> None:
    source = tmp_path / name
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25", "-frames:v", frames, "-c:v", "libx264",
           "-preset", "ultrafast", "-g", gop, source)  # fmt: skip
    made = poster_of(source, tmp_path, described(source))
    told = asked(made, "-show_entries", "stream=width,height,pix_fmt")["streams"][0]
    assert told == {"width": 160, "height": 90, "pix_fmt": "yuvj420p"}


BLACK, FILM = "color=black:s=160x90:r=25", "testsrc2=s=160x90:r=25"
WHITE, GREY = "color=white:s=160x90:r=25", "color=gray:s=160x90:r=25"


def film(path: Path, *parts: tuple[str, float], gop: int = 25) -> Path:
    """Parts one after the other: what is drawn, and for how many seconds."""
    given = [item for what, seconds in parts for item in ("-f", "lavfi", "-t", seconds, "-i", what)]
    ffmpeg(*map(str, given), "-filter_complex", f"concat=n={len(parts)}", "-c:v", "libx264",
           "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", str(gop), path)  # fmt: skip
    return path


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("name", "gop"), [("a.mp4", 25), ("a.ts", 1000)])
@pytest.mark.parametrize(
    "parts",
    [
        ((BLACK, 14), (FILM, 6)),
        ((FILM, 1), (BLACK, 19)),
        ((BLACK, 15), (FILM, 1), (BLACK, 4)),
        ((WHITE, 19), (FILM, 1)),
        ((BLACK, 19.8), (FILM, 0.2)),
        ((BLACK, 3), (FILM, 2), (BLACK, 3)),
    ],
    ids=["after black", "before black", "inside black", "after white", "the end", "short"],
)
def test_a_poster_is_not_black_when_anything_else_is_there(
    tmp_path: Path, name: str, gop: int, parts: tuple[tuple[str, float], ...]
) -> None:
    source = film(tmp_path / name, *parts, gop=gop)
    still, looks = still_of(source, tmp_path)
    assert still.is_good, still
    assert looks <= 6


def test_an_ordinary_film_takes_one_look(tmp_path: Path) -> None:
    for gop in (25, 1000):
        still, looks = still_of(film(tmp_path / f"{gop}.mp4", (FILM, 10), gop=gop), tmp_path)
        assert (still.is_good, looks) == (True, 1)


def test_a_film_that_is_black_has_a_black_poster(tmp_path: Path) -> None:
    still, _ = still_of(film(tmp_path / "a.mp4", (BLACK, 2)), tmp_path)
    assert (still.is_good, still.path.exists()) == (False, True)


def test_a_film_of_one_colour_is_not_searched_through(tmp_path: Path) -> None:
    still, looks = still_of(film(tmp_path / "a.mp4", (GREY, 20)), tmp_path)
    assert (still.is_lit, still.is_good, looks) == (True, False, 4)


@pytest.mark.parametrize("seconds", ["0.04", "2"])
def test_frames_that_end_before_the_audio_have_a_poster(tmp_path: Path, seconds: str) -> None:
    for name in ("a.mp4", "a.mkv", "a.ts"):
        source = tmp_path / name
        ffmpeg("-f", "lavfi", "-t", seconds, "-i", FILM, "-f", "lavfi", "-t", "30", "-i", "sine",
               "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", source)  # fmt: skip
        assert still_of(source, tmp_path)[0].is_good, name


def test_frames_that_begin_after_the_audio_have_a_poster(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    late = ["-itsoffset", "15", "-f", "lavfi", "-t", "2", "-i", FILM]
    ffmpeg("-f", "lavfi", "-t", "20", "-i", "sine", *late, "-c:v", "libx264",
           "-preset", "ultrafast", "-c:a", "aac", source)  # fmt: skip
    assert still_of(source, tmp_path)[0].is_good


def test_a_poster_is_upright_and_has_square_pixels(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-t", "2", "-i", f"{FILM},setsar=2", "-c:v", "libx264", "-preset",
           "ultrafast", "-g", "5", tmp_path / "flat.mp4")  # fmt: skip
    source = tmp_path / "a.mp4"
    ffmpeg("-i", tmp_path / "flat.mp4", "-c", "copy", "-metadata:s:v", "rotate=90", source)
    shown = asked(poster_of(source, tmp_path), "-show_entries", "stream=width,height")
    assert shown["streams"][0] == {"width": 90, "height": 320}


def test_a_large_poster_has_a_small_one_beside_it(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    drawn = ["-f", "lavfi", "-t", "1", "-i", "testsrc2=s=1080x1920:r=10"]
    ffmpeg(*drawn, "-c:v", "libx264", "-preset", "ultrafast", source)
    still, _ = still_of(source, tmp_path)
    assert still.small is not None
    for path, size in ((still.path, (720, 1280)), (still.small, (360, 640))):
        [stream] = asked(path, "-show_entries", "stream=width,height")["streams"]
        assert (stream["width"], stream["height"]) == size
    for spot in ("8:8", "300:500"):
        assert color_at(still.small, spot)  # it is a frame that can be read


def test_a_poster_that_is_small_has_no_smaller_one(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-t", "1", "-i", "testsrc2=s=640x360:r=10", "-c:v", "libx264", "-preset",
           "ultrafast", source)  # fmt: skip
    assert still_of(source, tmp_path)[0].small is None


@corpus.needs_corpus
@pytest.mark.corpus
def test_reported_black_films_have_a_poster(tmp_path: Path) -> None:
    source = corpus.CORPUS / "reports" / "black_14s_intro.mp4"
    assert still_of(source, tmp_path)[0].is_good
