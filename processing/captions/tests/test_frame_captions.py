"""Captions of television beside the pixels of frames are read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from processing.captions import embedded
from processing.ffmpeg.media import Media
from processing.ffmpeg.tests.broadcasts import CLEARED, PAIRS, SHOWN, broadcast

pytestmark = pytest.mark.slow


def read(path: Path, media: Media) -> list[embedded.Embedded]:
    """What is read of the frames by this machine's FFmpeg."""
    return embedded.extract_from_frames(
        path,
        media,
        path.parent,
        ffmpeg="ffmpeg",
        run=lambda argv: subprocess.run(argv, check=True, capture_output=True),
    )


@pytest.mark.parametrize("name", ["a.ts", "it's [a], b;c: d\\e.ts"])
def test_captions_in_the_frames_of_a_broadcast_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    media = broadcast(path, PAIRS)
    assert media.video is not None and media.video.captioned
    [found] = read(path, media)
    assert found.document is not None
    [cue] = found.document.cues
    assert cue.text == "Hello"
    # Their clock begins at 11.4 seconds, as the frames' does.
    assert abs(cue.start - SHOWN * 40) <= 80 and abs(cue.end - CLEARED * 40) <= 80
    assert not list(tmp_path.glob("*.srt"))


def test_frames_whose_captions_are_empty_have_none(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    media = broadcast(path, {})
    assert media.video is not None and media.video.captioned
    assert read(path, media) == []


def test_frames_without_captions_are_not_decoded_for_them(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    media = broadcast(path, None)
    assert media.video is not None and not media.video.captioned
    assert read(path, media) == []
