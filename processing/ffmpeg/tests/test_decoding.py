"""Frames are decoded as the whole file tells, wherever decoding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.encoding import commands, decoding, poster
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.plan import plan_of
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import (
    SMALL,
    asked,
    color_at,
    described,
    encoded,
    ffmpeg,
    line_of,
)
from processing.ffmpeg.tests.test_poster import poster_of

pytestmark = pytest.mark.slow


def old_444(path: Path) -> Path:
    """4:4:4 that says an x264 of 2013 made it."""
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=6", "-pix_fmt", "yuv444p", "-c:v",
           "libx264", "-preset", "fast", "-g", "25", path)  # fmt: skip
    data = path.read_bytes()
    build = data.index(b"x264 - core ") + len(b"x264 - core ")
    path.write_bytes(data[:build] + b"142" + data[build + 3 :])
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_the_build_of_old_444_is_told_wherever_decoding_begins(tmp_path: Path, name: str) -> None:
    source = old_444(tmp_path / "a.mp4")
    if name != "a.mp4":
        ffmpeg("-i", source, "-c", "copy", tmp_path / name)
        source = tmp_path / name
    media = described(source)
    line = line_of(source, media)
    media = with_timeline(media, line)
    assert media.video is not None
    assert media.video.x264_build == 142
    span = span_plan.plan(media, line, SMALL, seconds=2)[1]
    assert span.seek is not None
    argv = commands.encode(
        EncodeOrder(media, plan_of(media, SMALL), span, source, tmp_path, threads=1)
    )
    told = ["-x264_build:v", "142"]
    assert argv[argv.index(told[0]) :][:2] == told
    assert argv.index(told[0]) < argv.index("-i")
    for look in poster.looks(media, media.video, ffmpeg="ffmpeg", source=source, out=tmp_path):
        assert look.argv.count(told[0]) == look.argv.count("-i")


def test_a_build_is_only_looked_for_where_it_matters(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:d=0.2", "-pix_fmt", "yuv420p", "-c:v", "libx264",
           path)  # fmt: skip
    video = described(path).video
    assert video is not None
    assert (video.x264_build, decoding.options(video)) == (None, [])


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_transparency_beside_the_frames_is_shown_black(tmp_path: Path, codec: str) -> None:
    """White, of which the left half is transparent."""
    source = tmp_path / "a.webm"
    half = "color=white:s=160x90:r=5:d=2,format=yuva420p,geq=lum=235:cb=128:cr=128"
    ffmpeg("-f", "lavfi", "-i", f"{half}:a='if(lt(X,80),0,255)'", "-c:v", codec, "-auto-alt-ref",
           "0", "-deadline", "realtime", "-g", "5", source)  # fmt: skip
    media = described(source)
    media = with_timeline(media, line_of(source, media))
    assert media.video is not None
    assert (media.video.pixel_format, media.video.alpha_beside) == ("yuva420p", True)
    made = encoded(source, tmp_path / "out", media=media)
    assert "yuva" not in str(asked(made.top, "-show_entries", "stream=pix_fmt"))
    for frame in (made.top, poster_of(source, tmp_path, media)):
        assert color_at(frame, "20:40") == pytest.approx((0, 0, 0), abs=8)
        assert color_at(frame, "140:40") == pytest.approx((255, 255, 255), abs=8)


@pytest.mark.parametrize("name", ["a.apng", "a.gif"])
def test_transparency_of_animations_is_shown_black(tmp_path: Path, name: str) -> None:
    half = "color=white:s=160x90:r=5:d=2,format=rgba,geq=r=255:g=255:b=255:a='if(lt(X,80),0,255)'"
    source = tmp_path / name
    if name == "a.gif":
        half += ",split[a][b];[a]palettegen[p];[b][p]paletteuse"
    ffmpeg("-f", "lavfi", "-i", half, source)
    made = encoded(source, tmp_path / "out")
    for frame in (made.top, poster_of(source, tmp_path)):
        assert color_at(frame, "20:40") == pytest.approx((0, 0, 0), abs=8)
        assert color_at(frame, "140:40") == pytest.approx((255, 255, 255), abs=8)
