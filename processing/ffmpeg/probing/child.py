"""The program that `apart` starts: reads one long index and prints the result as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from processing.ffmpeg.media import Media
from processing.ffmpeg.probing import clock, packets, timeline


def main(arguments: list[str]) -> None:
    """Run one reader. The arguments are its name in `_FUNCTIONS`, a path, and the streams it is
    about as `Media` in JSON."""
    what, path, described = arguments
    found = _FUNCTIONS[what](Path(path), Media.from_json(json.loads(described)))
    sys.stdout.write(json.dumps(found, default=str))  # `str` writes fractions


def _of_index(path: Path, media: Media) -> Mapping[str, Any] | None:
    return _plain(timeline.of_index(path, media.video) if media.video else None)


def _of_packets(path: Path, media: Media) -> Mapping[str, Any] | None:
    with path.open("rb") as listed:
        return _plain(timeline.of_packets(listed, media))


def _of_broken_clock(path: Path, media: Media) -> Mapping[str, Any] | None:
    with path.open("rb") as listed:
        return _plain(timeline.of_broken_clock(listed, media))


def _of_audio_alone(path: Path, media: Media) -> Mapping[str, Any]:
    with path.open("rb") as listed:
        return {"clocks": [asdict(each) for each in clock.of_sound(listed, media.audio)]}


def _of_audio(path: Path, media: Media) -> Mapping[str, Any] | None:
    counted = packets.of_index(media.audio[0], path)
    if counted.packets is None:
        return None
    return {"first_packet_pts": counted.first_packet_pts, "packets": counted.packets}


def _plain(found: timeline.Timeline | None) -> Mapping[str, Any] | None:
    return None if found is None else asdict(found)


_FUNCTIONS = {
    "of_index": _of_index,
    "of_packets": _of_packets,
    "of_broken_clock": _of_broken_clock,
    "of_sound": _of_audio,
    "of_sound_alone": _of_audio_alone,
}
