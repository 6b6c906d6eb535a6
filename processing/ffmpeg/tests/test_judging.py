"""The judge of frames prefers what is telling: made clips stand for what films have."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg import judging
from processing.ffmpeg.encoding import moments
from processing.ffmpeg.judging import Judged, Plane, judge
from processing.ffmpeg.tests.clips import ffmpeg

RATE = 10
SIZE = (160, 90)
DETAIL = f"testsrc2=s=320x180:r={RATE}"
OTHER = f"mandelbrot=s=320x180:r={RATE}:start_scale=0.5"
BLACK, WHITE = f"color=black:s=320x180:r={RATE}", f"color=white:s=320x180:r={RATE}"
SKY = f"gradients=s=320x180:r={RATE}:c0=0x6090d0:c1=0xa0c8f0:x0=0:y0=0:x1=0:y1=179:speed=0.0001"
TITLE = f"{BLACK},drawtext=text='A FILM':fontcolor=white:fontsize=60:x=60:y=60"


def clip(path: Path, *parts: tuple[str, float], after: str = "") -> Path:
    """Parts one after the other: what is drawn, and for how many seconds."""
    given = [item for what, seconds in parts for item in ("-f", "lavfi", "-t", seconds, "-i", what)]
    chain = f"concat=n={len(parts)}{after}"
    ffmpeg(*map(str, given), "-filter_complex", chain, "-c:v", "libx264", "-preset", "ultrafast",
           "-qp", "18", "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


def judged(source: Path, *seconds: float) -> list[Judged]:
    """What the judge says of the frames at these seconds."""
    folder = source.parent
    looks = [
        moments.Moment(f"{source.stem}-{number}", source, round(at * RATE), Fraction(RATE))
        for number, at in enumerate(seconds)
    ]
    ffmpeg(*moments.command("ffmpeg", looks, folder, size=SIZE)[1:])
    found = []
    for look in looks:
        assert (folder / f"{look.name}.jpg").stat().st_size > 0
        planes = moments.planes(folder / f"{look.name}.gray", moments.grey_size(*SIZE))
        assert len(planes) == 3
        found.append(judge(planes[1], planes[0], planes[2]))
    return found


def test_black_and_white_are_nothing_to_see(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", (BLACK, 2), (WHITE, 2), (DETAIL, 2))
    black, white, detail = judged(source, 1, 3, 5)
    assert black.score < 0.01
    assert white.score < 0.01
    assert (black.is_clear, white.is_clear, detail.is_clear) == (False, False, True)
    assert detail.score > 0.3


@pytest.mark.parametrize(
    "fade", ["fade=in:st=1:d=3", "fade=out:st=1:d=3", "fade=in:st=1:d=3:c=white"]
)
def test_a_fade_is_seen_and_counts_less_than_its_film(tmp_path: Path, fade: str) -> None:
    source = clip(tmp_path / "a.mp4", (OTHER, 6), after=f",{fade}")
    inside, clear = judged(source, 2.5, 0.5 if "out" in fade else 5)
    assert (inside.fade, clear.fade) == (True, False)
    assert inside.score < clear.score / 2


def test_a_dissolve_is_seen_and_a_cut_is_none(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    given = ["-f", "lavfi", "-t", "3", "-i", DETAIL, "-f", "lavfi", "-t", "5", "-i", OTHER]
    ffmpeg(*given, "-filter_complex", "[0]settb=1/10[a];[1]settb=1/10[b];"
           "[a][b]xfade=fade:duration=2:offset=1", "-pix_fmt", "yuv420p", "-c:v", "libx264",
           "-preset", "ultrafast", source)  # fmt: skip
    inside, clear = judged(source, 2, 4.5)
    assert (inside.fade, clear.fade) == (True, False)
    cut = clip(tmp_path / "cut.mp4", (DETAIL, 2), (OTHER, 2))
    assert not any(one.fade or one.flash for one in judged(cut, 1.8, 2.0, 2.2))


def test_a_flash_is_seen(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", (SKY, 2), (WHITE, 0.2), (SKY, 2), (DETAIL, 0.2), (SKY, 2))
    lit, other, clear = judged(source, 2.1, 4.3, 1)
    assert (lit.flash, other.flash, clear.flash) == (True, True, False)


def test_detail_beats_the_sky_and_a_title(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", (SKY, 2), (TITLE, 2), (OTHER, 2))
    sky, title, detail = judged(source, 1, 3, 5)
    assert detail.score > 1.3 * sky.score
    assert detail.score > 2 * title.score
    assert title.score > 0.005  # and yet it is better than nothing


def test_what_is_sharp_beats_what_is_blurred(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", (OTHER, 2), (f"{OTHER},gblur=sigma=6", 2))
    sharp, blurred = judged(source, 1, 3)
    assert sharp.sharpness > 1.5 * blurred.sharpness
    assert sharp.score > 1.2 * blurred.score


def test_what_moves_is_no_fade(tmp_path: Path) -> None:
    moving = clip(tmp_path / "a.mp4", (f"{OTHER},scale=640:-1,crop=320:180:x=n*6:y=40", 4))
    assert not any(one.fade or one.flash for one in judged(moving, 1, 2, 3))


def test_the_frame_that_is_judged_is_the_one_of_its_number(tmp_path: Path) -> None:
    for number in (5, 13):
        source = clip(tmp_path / f"{number}.mp4", (BLACK, number / RATE), (WHITE, 0.1), (BLACK, 3))
        look = moments.Moment("look", source, number, Fraction(RATE))
        ffmpeg(*moments.command("ffmpeg", [look], tmp_path, size=SIZE)[1:])
        _, middle, _ = moments.planes(tmp_path / "look.gray", moments.grey_size(*SIZE))
        assert min(middle.values) > 240, number


def test_a_film_of_one_frame_is_judged_without_neighbours(tmp_path: Path) -> None:
    source = clip(tmp_path / "a.mp4", (DETAIL, 0.1))
    look = moments.Moment("look", source, 0, Fraction(RATE))
    ffmpeg(*moments.command("ffmpeg", [look], tmp_path, size=SIZE)[1:])
    [only] = moments.planes(tmp_path / "look.gray", moments.grey_size(*SIZE))
    assert judge(only).is_clear


def test_a_tiny_frame_can_be_judged() -> None:
    found = judging.judge(Plane(bytes(9), 3, 3))
    assert (found.score, found.dark, found.mean) == (0.0, 1.0, 0.0)
