"""A frame that is written in several sizes and formats is the film's: exact, upright, in colour."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import frame
from processing.ffmpeg.tests.clips import asked, color_at, described, ffmpeg
from processing.ffmpeg.tests.test_pixels import PATCHES, hdr_clip

pytestmark = pytest.mark.slow

SUFFIXES = (".jpg", ".webp", ".png")


def written(
    source: Path, seconds: float, width: int, height: int, suffixes: tuple[str, ...] = SUFFIXES
) -> list[Path]:
    """The frame of a source at a second, in each format."""
    media = described(source)
    assert media.video is not None
    wanted = [frame.Wanted(source.with_suffix(suffix), width, height) for suffix in suffixes]
    taken = frame.of_source(media, media.video, source, seconds)
    argv = frame.command("ffmpeg", taken, wanted)
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    return [one.path for one in wanted]


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
def test_each_format_has_the_colours_of_the_film(tmp_path: Path, matrix: str) -> None:
    source = tmp_path / "red.mp4"
    red = f"color=0xC02060:s=640x360:r=5:d=1,scale=out_color_matrix={matrix},format=yuv420p"
    tags = ["-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix]
    ffmpeg("-f", "lavfi", "-i", red, "-c:v", "libx264", *tags, source)
    for path in written(source, 0.4, 320, 180):
        assert color_at(path, "8:8") == pytest.approx((0xC0, 0x20, 0x60), abs=5), path.suffix


def test_hdr_is_shown_as_screens_show_it(tmp_path: Path) -> None:
    for path in written(hdr_clip(tmp_path / "hdr.mp4"), 0.0, 160, 90):
        wanted = [value * 255 for value in PATCHES[1]]
        assert color_at(path, "4:4") == pytest.approx(wanted, abs=8), path.suffix


def test_it_is_upright_with_square_pixels_and_exact_to_the_frame(tmp_path: Path) -> None:
    flat, source = tmp_path / "flat.mp4", tmp_path / "turned.mp4"
    black, white = ("-f", "lavfi", "-t", "1", "-i"), ("-f", "lavfi", "-t", "0.1", "-i")
    ffmpeg(*black, "color=black:s=320x180:r=10", *white, "color=white:s=320x180:r=10",
           *black, "color=black:s=320x180:r=10", "-filter_complex", "concat=n=3,setsar=2",
           "-c:v", "libx264", "-pix_fmt", "yuv420p", flat)  # fmt: skip
    ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v", "rotate=90", source)
    for seconds, light in ((0.9, 0), (1.0, 255), (1.1, 0)):
        [path] = written(source, seconds, 90, 320, (".png",))
        assert color_at(path, "40:40") == pytest.approx((light,) * 3, abs=4), seconds
        [stream] = asked(path, "-show_entries", "stream=width,height")["streams"]
        assert (stream["width"], stream["height"]) == (90, 320)
        path.unlink()
