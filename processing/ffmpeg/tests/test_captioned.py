"""Captions of television beside the pixels of frames are seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.tests.broadcasts import PAIRS, broadcast

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("captioned", [True, False])
def test_captions_in_the_frames_of_a_broadcast_are_seen(tmp_path: Path, captioned: bool) -> None:
    video = broadcast(tmp_path / "a.ts", PAIRS if captioned else None).video
    assert video is not None
    assert video.captioned is captioned
