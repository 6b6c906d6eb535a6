"""Programs with libavformat read the served media: every frame and every beep is at its time."""

from __future__ import annotations

import shutil
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.browser import pulling
from tests.browser.numbered import BEEPS, FRAMES, RATE, SECONDS, Numbered
from tests.browser.pulling import Shown

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.thorough,
    pytest.mark.timeout(300),
]

NEAR = 0.01
needs_mpv = pytest.mark.skipif(not shutil.which("mpv"), reason="mpv is not installed")
NEWER = pytest.param(imageio_ffmpeg.get_ffmpeg_exe(), id="newer-ffmpeg")
FFMPEGS = [pytest.param("ffmpeg", id="ffmpeg"), NEWER]
# Times at a keyframe, just before one, inside GOPs, and at borders of spans and segments.
SEEKS = (0.5, 3.96, 4.0, 7.3, 8.1, 13.7)


@pytest.mark.parametrize("format_", ["hls", "dash"])
@pytest.mark.parametrize("program", FFMPEGS)
def test_ffmpeg_gets_everything(numbered: Numbered, program: str, format_: str) -> None:
    for rung in range(numbered.rungs):
        shown = pulling.by_ffmpeg(program, numbered.address(format_), rung=rung)
        assert_all(shown)


@pytest.mark.parametrize("start", SEEKS)
@pytest.mark.parametrize("program", [NEWER])
def test_ffmpeg_seeks_in_hls(numbered: Numbered, program: str, start: float) -> None:
    """FFmpeg 5.1 cannot seek in any HLS of fragmented MP4, its own included."""
    assert_from(pulling.by_ffmpeg(program, numbered.address("hls"), start=start), start)


@pytest.mark.parametrize("start", SEEKS)
@pytest.mark.parametrize("program", FFMPEGS)
def test_ffmpeg_seeks_in_dash(numbered: Numbered, program: str, start: float) -> None:
    assert_from(pulling.by_ffmpeg(program, numbered.address("dash"), start=start), start)


@needs_mpv
@pytest.mark.parametrize("format_", ["hls", "dash"])
def test_mpv_gets_everything(numbered: Numbered, tmp_path: Path, format_: str) -> None:
    assert_all(pulling.by_mpv(numbered.address(format_), tmp_path))


@needs_mpv
@pytest.mark.parametrize("start", SEEKS)
def test_mpv_seeks(numbered: Numbered, tmp_path: Path, start: float) -> None:
    """mpv uses FFmpeg 5.1 as well. The times in the file that it writes start at 0."""
    played = pulling.by_mpv(numbered.address("dash"), tmp_path, start=start)
    # mpv invents a time for the first frame.
    (_, first), *rest = played.pictures
    begun = first / RATE
    pictures = [(begun, first), *((time + begun, number) for time, number in rest)]
    assert_from(Shown(pictures, [beep + begun for beep in played.beeps]), start)


def assert_all(shown: Shown) -> None:
    assert [number for _, number in shown.pictures] == list(range(FRAMES))
    assert_at_their_time(shown)
    assert beeps(shown) == pytest.approx(BEEPS, abs=NEAR)


def assert_from(shown: Shown, start: float) -> None:
    """Check that the frames run from the one at ``start`` to the end, and the beeps too."""
    numbers = [number for _, number in shown.pictures]
    assert abs(numbers[0] - start * RATE) <= 1
    assert numbers == list(range(numbers[0], FRAMES))
    assert_at_their_time(shown)
    later = [beep for beep in BEEPS if beep > start + 0.2]
    assert [beep for beep in beeps(shown) if beep > start + 0.2] == pytest.approx(later, abs=NEAR)


def beeps(shown: Shown) -> list[float]:
    """Return the times of the beeps, without the end, where a silence ends too."""
    return [beep for beep in shown.beeps if beep < SECONDS - 0.2]


def assert_at_their_time(shown: Shown) -> None:
    times = [number / RATE for _, number in shown.pictures]
    assert [time for time, _ in shown.pictures] == pytest.approx(times, abs=NEAR)
