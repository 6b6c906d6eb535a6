"""The clip in an empty library."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from processing.ffmpeg.encoding import demo_clip
from videos.models import Video


@pytest.mark.thorough
def test_an_empty_library_gets_a_clip_once(owner: User, tmp_path: Path) -> None:
    call_command("create_sample_video", owner=owner.email)
    call_command("create_sample_video", owner=owner.email)
    video = Video.objects.get()
    assert (video.owner, video.title, video.status) == (owner, "A loom of light", "processing")
    assert video.source is not None
    assert video.source.size > 100_000


def test_it_is_for_somebody(owner: User) -> None:
    with pytest.raises(CommandError, match="nobody@"):
        call_command("create_sample_video", owner="nobody@example.com")


def test_the_command_draws_frames_and_audio() -> None:
    argv = demo_clip.draw(ffmpeg="ffmpeg", out=Path("/out/clip.mp4"))
    assert argv[-1] == "/out/clip.mp4"
    assert argv[argv.index("-map") :][:4] == ["-map", "[picture]", "-map", "[sound]"]
    assert argv[argv.index("-t") + 1] == "20"
