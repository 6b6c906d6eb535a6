"""Files of which a part never arrived say how much did, and whole ones say nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import TINY, described, ffmpeg, line_of

AUDIO = ["-f", "lavfi", "-i", "sine=d=8:r=44100"]
FRAMES = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=8"]
KINDS = {
    "a.wav": AUDIO,
    "a.aiff": AUDIO,
    "a.au": AUDIO,
    "a.flac": AUDIO,
    "a.mka": [*AUDIO, "-c:a", "libopus", "-ar", "48000"],
    "a.m4a": [*AUDIO, "-c:a", "aac", "-movflags", "+faststart"],
    "a.avi": [*FRAMES, *AUDIO, "-c:v", "mpeg4", "-c:a", "pcm_s16le"],
}


def told(path: Path) -> dict[str, object]:
    media = described(path)
    line = line_of(path, media)
    plan, _ = plan_encode(with_timeline(media, line), line, TINY)
    return {notice.code: dict(notice.details) for notice in plan.notices}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", KINDS)
def test_what_never_arrived_is_told(tmp_path: Path, name: str) -> None:
    whole, cut = tmp_path / name, tmp_path / f"cut_{name}"
    ffmpeg(*KINDS[name], whole)
    assert told(whole) == {}
    data = whole.read_bytes()
    cut.write_bytes(data[: len(data) * 2 // 5])
    assert told(cut) == {
        "source_incomplete": {
            "arrived": pytest.approx(3.2, abs=0.5), "told": pytest.approx(8, abs=0.1),
        }
    }  # fmt: skip
    assert described(cut).duration == pytest.approx(3.2, abs=0.5)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFF000])
def test_what_was_written_into_a_pipe_claims_nothing(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.wav"
    ffmpeg(*AUDIO, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    assert told(path) == {}
