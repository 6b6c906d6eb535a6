"""Which audio of a file is told to be AAC of equal packets."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.output_format import PACKET
from processing.ffmpeg.tests.clips import described, ffmpeg

TONE = ["-f", "lavfi", "-i", "sine=r=48000:d=2"]


def _made(path: Path, *arguments: str) -> tuple[int | None, int | None]:
    ffmpeg(*TONE, *arguments, path)
    (stream,) = described(path).audio
    return stream.first_packet_pts, stream.packets


def test_an_mp4_tells_its_packets_and_where_the_first_stands(tmp_path: Path) -> None:
    first, count = _made(tmp_path / "a.mp4", "-c:a", "aac")
    assert first == -PACKET
    assert count == -(-(2 * 48_000 + PACKET) // PACKET)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("other.mp4", ["-c:a", "mp3"]),
        ("late.mp4", ["-c:a", "aac", "-output_ts_offset", "1"]),
        ("fragments.mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"]),
        ("packets.aac", ["-c:a", "aac"]),
        ("container.mkv", ["-c:a", "aac"]),
        ("gap.mp4", ["-c:a", "aac", "-bsf:a", "noise=drop='eq(n,30)'"]),
    ],
)
def test_others_tell_nothing_of_the_kind(tmp_path: Path, name: str, arguments: list[str]) -> None:
    assert _made(tmp_path / name, *arguments) == (None, None)


def test_of_many_tracks_only_the_first_few_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "many.mp4"
    ffmpeg(*TONE, *["-map", "0"] * 20, "-c:a", "aac", path)
    told = [stream.packets is not None for stream in described(path).audio]
    assert told == [True] * 4 + [False] * 16
