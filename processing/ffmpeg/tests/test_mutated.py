"""Headers with bytes changed at random break no reader, and cost it no time."""

from __future__ import annotations

import io
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.ffmpeg.probing import entries, gif, index, missing, sps, unopened
from processing.ffmpeg.tests.clips import ffmpeg
from processing.mp4.box import MalformedBoxes
from processing.packaging.track import MalformedTrack, read_track

FRAMES = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1"]
AUDIO = ["-f", "lavfi", "-i", "sine=d=1"]
KINDS = {
    "a.mp4": [
        "-c:v",
        "libx264",
        "-bf",
        "2",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-movflags",
        "+faststart",
    ],
    "b.mp4": ["-c:v", "libx264", "-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov"],
    "a.mkv": ["-c:v", "libx264", "-c:a", "libvorbis"],
    "a.gif": ["-an"],
    "a.avi": ["-c:v", "mpeg4", "-c:a", "aac"],
    "a.wmv": ["-c:v", "wmv2", "-c:a", "wmav2"],
    "a.flv": ["-c:v", "flv", "-c:a", "aac"],
}
LOG = "Could not open codec for input stream {}\n"
TIMES = settings(max_examples=150, derandomize=True, database=None, deadline=None)


@cache
def original(name: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        ffmpeg(*FRAMES, *AUDIO, *KINDS[name], path)
        return path.read_bytes()


NUMBERS = [0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 5999),
        st.sampled_from([1, 4, 8]),
        st.sampled_from(NUMBERS) | st.integers(0, 2**32 - 1),
    ),
    min_size=1,
    max_size=4,
)


def changed(name: str, changes: list[tuple[int, int, int]], cut: int) -> bytes:
    data = bytearray(original(name))
    for place, size, number in changes:
        at = place % min(len(data), 6000)
        data[at : at + size] = (number % 2 ** (8 * size)).to_bytes(size, "big")
    return bytes(data[: max(1, len(data) - cut)])


def looked_at(path: Path) -> None:
    """By every reader of our own."""
    for track in (1, 2):
        index.is_short(path, track)
        index.read(path, track)
        index.edit_list(path, track)
        entry = entries.first_of(path, track)
        if entry is not None:
            assert entry.sar > 0
            assert sps.is_whole(entry.avcc) in (True, False, None)
    missing.is_cut(path)
    gif.is_opaque(path)
    for number in (0, 1, 9):
        found = unopened.find(LOG.format(number), path)
        assert found is not None
        assert all(count > 0 for _, count in found.names)
    try:
        read_track(io.BytesIO(path.read_bytes()))
    except (MalformedBoxes, MalformedTrack):
        pass


@pytest.mark.parametrize("name", KINDS)
@given(changes=CHANGES, cut=st.sampled_from([0, 0, 0, 1, 17, 900]))
@TIMES
def test_changed_headers_break_no_reader(
    name: str, changes: list[tuple[int, int, int]], cut: int
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(changed(name, changes, cut))
        began = time.process_time()
        looked_at(path)
        assert time.process_time() - began < 1
