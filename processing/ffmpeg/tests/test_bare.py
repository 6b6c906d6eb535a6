"""Bare frames, without a container that tells when they are shown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import (
    SMALL,
    described,
    encoded,
    line_of,
    numbered,
    numbers_in,
)

pytestmark = pytest.mark.slow

BARE = {
    "a.h264": ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "20"],
    "a.h265": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"],
    "a.y4m": ["-f", "yuv4mpegpipe"],
}


@pytest.mark.parametrize("name", BARE)
def test_bare_frames_are_all_shown_at_their_rate(tmp_path: Path, name: str) -> None:
    source = numbered(tmp_path / name, *BARE[name], count=60, rate="30")
    media = described(source)
    line = line_of(source, media)
    media = with_timeline(media, line)
    assert media.video is not None
    assert media.video.frame_rate == Fraction(30)
    assert media.video.duration == pytest.approx(2, abs=0.01)
    plan, spans = plan_encode(media, line, SMALL)
    told = [notice.code for notice in plan.notices]
    if name == "a.y4m":
        assert told == []
    else:
        assert spans == (span_plan.WHOLE,)
        assert "frame_rate_guessed" in told
    made = encoded(source, tmp_path / "out", media=media)
    assert numbers_in(made.top) == list(range(60))
