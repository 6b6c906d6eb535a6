"""The program `apart` starts: reads one long index and prints what it tells, as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from processing.ffmpeg.media import AudioStream, Media, VideoStream
from processing.ffmpeg.probing import packets, timeline


def main(arguments: list[str]) -> None:
    """Take what is to be read (`index`, `packets`, `jumping` or `sound`), a path, and the stream
    it is about as `Media` in JSON."""
    what, path, described = arguments
    media = Media.from_json(json.loads(described))
    if media.video is not None:
        found = _pictures(what, Path(path), media.video)
    else:
        found = _sound(Path(path), media.audio[0])
    sys.stdout.write(json.dumps(found))


def _pictures(what: str, path: Path, video: VideoStream) -> Mapping[str, Any] | None:
    if what == "index":
        found = timeline.of_index(path, video)
    else:
        found = timeline.of_packets(path.read_bytes(), video, jumps=what == "jumping")
    return None if found is None else asdict(found)


def _sound(path: Path, stream: AudioStream) -> Mapping[str, Any] | None:
    counted = packets.of_index(stream, path)
    if counted.packets is None:
        return None
    return {"first_packet_pts": counted.first_packet_pts, "packets": counted.packets}
