"""A ready video with numbered frames and beeps, to check what is shown and heard at which time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.ffmpeg.tests import clips
from tests.browser.people import Person

RATE, SECONDS = 25, 16
# The number of frames that are decoded before one that is shown earlier.
REORDERED = 1
FRAMES = RATE * SECONDS
BEEPS = [float(second) for second in range(2, SECONDS, 2)]
_AUDIO = f"aevalsrc='0.5*sin(2000*PI*t)*lt(mod(t,2),0.2)*gt(t,1)':s=48000:d={SECONDS}"


@dataclass(frozen=True)
class Numbered:
    """A ready video with `rungs` sizes."""

    playback: dict[str, Any]
    rungs: int

    def address(self, format_: str) -> str:
        """Return the address of the multivariant playlist (`hls`) or the manifest (`dash`)."""
        return str(self.playback[format_])


def prepared(person: Person, folder: Path) -> Numbered:
    """Upload the clip, and wait until it is made in several spans of three rungs, with reordered
    frames."""
    clip = clips.numbered(
        folder / "numbered.mp4", "-vf", "scale=854:480:flags=neighbor", "-c:v", "libx264",
        "-preset", "ultrafast", "-c:a", "aac",
        count=FRAMES, rate=str(RATE), sound=_AUDIO,
    )  # fmt: skip
    video = person.wait_until_over(person.upload(clip))
    assert video["status"] == "ready", video
    return Numbered(video["playback"], rungs=3)
