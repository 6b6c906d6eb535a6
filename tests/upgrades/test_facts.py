"""What this release finds out about a source, the one before can read."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

from processing.ffmpeg.media import OtherStream
from processing.ffmpeg.media_before import as_before
from processing.ffmpeg.tests.clips import described, flash_and_beep
from tests.servers.app import commands_of

_READ = """
import json, sys
from processing.ffmpeg.media import Media
media = Media.from_json(json.load(sys.stdin))
print(media.video.frame_rate, media.audio[0].codec, [o.kind for o in media.others])
"""


def test_the_release_before_reads_the_facts(previous: Path, tmp_path: Path) -> None:
    source = flash_and_beep(tmp_path / "clip.mp4")
    media = described(source)
    assert media.video is not None
    video = media.video
    others = (OtherStream(7, "audio", "ac4", language="ger", other_programme=True),)
    media = replace(media, others=others, hidden=((0, 4),), beside=("ac4",))
    told = subprocess.run(
        [str(commands_of(previous) / "python"), "-c", _READ],
        input=json.dumps(as_before(media)),
        cwd=previous,
        env={"PYTHONPATH": str(previous)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told == [str(video.frame_rate), "aac", "['audio']"]
