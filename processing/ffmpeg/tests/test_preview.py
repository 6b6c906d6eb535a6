"""A hover preview shows telling moments, and is small enough whatever they are."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageSequence

from processing.ffmpeg.encoding import preview
from processing.ffmpeg.encoding.preview import Clip, Film, Form
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.tests import colours
from processing.ffmpeg.tests.clips import HERE, ffmpeg

_LIMITS = Limits(wall_seconds=60)
_MP4, _WEBP = preview.VIDEO_FORMS[0], preview.WEBP_FORMS[0]


def made(film: Film, folder: Path, *forms: tuple[str, Form]) -> list[Path]:
    """The files of a preview."""
    outs = [(folder / name, form) for name, form in forms]
    reads = [clip.path for clip in film.clips]
    HERE.run(preview.command("ffmpeg", film, outs), limits=_LIMITS, reads=reads, writes=folder)
    return [path for path, _ in outs]


def probed(path: Path) -> dict[str, Any]:
    """What ffprobe says of a file."""
    argv = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format"]
    done = subprocess.run([*argv, "-of", "json", path], check=True, capture_output=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("size", [(640, 360), (360, 640)])
def test_it_shows_the_stretches_one_after_the_other(tmp_path: Path, size: tuple[int, int]) -> None:
    source = colours.film(tmp_path / "film.mp4", colours.by_second(8), size=size)
    clips = [Clip(source, at, 1.0) for at in (1.0, 4.0, 6.0)]
    film = Film(clips, *size, Fraction(10))
    mp4, webp = made(film, tmp_path, ("a.mp4", _MP4), ("a.webp", _WEBP))
    about = probed(mp4)
    [stream] = about["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert (stream["width"], stream["height"]) == size
    assert (float(about["format"]["duration"]), stream["nb_read_frames"]) == (3.0, "30")
    head = mp4.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    with Image.open(webp) as shown:
        assert shown.size == (size[0] // 2, size[1] // 2)
        # What stays the same is one frame that lasts.
        assert (len(list(ImageSequence.Iterator(shown))), shown.info["loop"]) == (3, 0)
        for number, second in enumerate((1, 4, 6)):
            shown.seek(number)
            assert colours.seen(shown, (0, 0, *shown.size)) == colours.nth(second)
            assert shown.info["duration"] == 1000


def test_noise_fits_too(tmp_path: Path) -> None:
    """Nothing is larger than noise."""
    noise = tmp_path / "noise.mp4"
    plain = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p"]
    source = "color=gray:s=640x360:r=15:d=0.5,noise=alls=100:allf=t"
    ffmpeg("-f", "lavfi", "-i", source, *plain, noise)
    film = Film([Clip(noise, 0.0, 0.5)] * 6, 640, 360, Fraction(15))
    forms = [("a.mp4", preview.VIDEO_FORMS[-1]), ("a.webp", preview.WEBP_FORMS[-1])]
    sizes = [path.stat().st_size for path in made(film, tmp_path, *forms)]
    assert max(sizes) < preview.MOST_BYTES
    first, *_ = made(film, tmp_path, ("b.webp", _WEBP))
    assert first.stat().st_size > preview.MOST_BYTES, "or else this shows nothing"


def test_one_frame_is_a_preview(tmp_path: Path) -> None:
    source = colours.film(tmp_path / "film.mp4", [colours.nth(3)])
    film = Film([Clip(source, 0.0, 0.1)], 320, 180, Fraction(10))
    mp4, webp = made(film, tmp_path, ("a.mp4", _MP4), ("a.webp", _WEBP))
    assert probed(mp4)["streams"][0]["nb_read_frames"] == "1"
    with Image.open(webp) as shown:
        assert colours.seen(shown, (0, 0, *shown.size)) == colours.nth(3)


@pytest.mark.parametrize(
    ("source", "good", "still", "cut"),
    [
        ("color=black", False, True, False),
        ("color=white", False, True, False),
        ("color=gray", False, True, False),
        ("testsrc2", True, False, False),
        ("smptebars", True, True, False),
        ("smptebars,negate=enable='gt(t,0.6)'", True, False, True),
        ("smptebars,lutyuv=y=16:enable='gt(t,0.6)'", False, False, True),
    ],
)
def test_stretches_are_judged_by_what_can_be_seen(
    tmp_path: Path, source: str, good: bool, still: bool, cut: bool
) -> None:
    made = tmp_path / "film.mp4"
    sized = source.replace(",", ":s=320x180:r=10:d=1.2,", 1) if "," in source else None
    graph = sized or f"{source}{'=' if '=' not in source else ':'}s=320x180:r=10:d=1.2"
    graph = graph.replace("smptebars:", "smptebars=")
    ffmpeg("-f", "lavfi", "-i", graph, "-pix_fmt", "yuv420p", made)
    out = tmp_path / "look.gray"
    argv = preview.looks_command("ffmpeg", [Clip(made, 0.0, 1.2)], [out])
    HERE.run(argv, limits=_LIMITS, reads=[made], writes=tmp_path)
    seen = preview.judged(out.read_bytes())
    assert (seen.is_good, seen.motion < 0.5, seen.jump > 45) == (good, still, cut)


def test_nothing_decoded_is_nothing_seen() -> None:
    assert not preview.judged(b"").is_good


@pytest.mark.parametrize(
    ("rate", "most", "expected"),
    [
        (Fraction(5), 15, Fraction(5)),
        (Fraction(24), 15, Fraction(12)),
        (Fraction(30000, 1001), 15, Fraction(15000, 1001)),
        (Fraction(25), 12, Fraction(10)),
        (Fraction(60), 15, Fraction(15)),
        (Fraction(18), 15, Fraction(10)),
    ],
)
def test_frames_are_left_out_evenly(rate: Fraction, most: int, expected: Fraction) -> None:
    assert preview.rate_for(rate, most) == expected


@pytest.mark.parametrize(
    ("frames", "side", "expected"),
    [
        ((640, 360), 360, (640, 360)),
        ((360, 640), 360, (360, 640)),
        ((1280, 720), 180, (320, 180)),
        ((100, 50), 360, (100, 50)),
        ((4000, 400), 360, (1280, 128)),
    ],
)
def test_the_shape_is_kept(frames: tuple[int, int], side: int, expected: tuple[int, int]) -> None:
    assert preview.size_for(*frames, side) == expected
