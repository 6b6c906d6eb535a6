"""The sample index of an MP4, read from boxes nobody can be trusted to have written well."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.ffmpeg.probing import edits, index
from processing.ffmpeg.tests.clips import make
from processing.mp4.elst import Edit


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Twenty small frames with B-frames, a keyframe every five, and an edit list."""
    path = tmp_path_factory.mktemp("index") / "a.mp4"
    make(path, "-frames:v", "20", "-g", "5", "-bf", "2", size="32x32")
    return path.read_bytes()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index") / "changed.mp4"


def test_what_a_plain_file_tells(clip: bytes, scratch: Path) -> None:
    scratch.write_bytes(clip)
    found = index.read(scratch, 1)
    assert found is not None
    assert (found.samples, found.timescale) == (20, 12800)
    assert list(found.decoded) == [512 * n for n in range(21)]
    assert [n for n, key in enumerate(found.keys) if key] == [0, 5, 10, 15]
    assert found.edits == (Edit(1024, 10240),)


@pytest.mark.parametrize("track", [0, 2, 2**32 - 1])
def test_another_track_is_not_there(clip: bytes, scratch: Path, track: int) -> None:
    scratch.write_bytes(clip)
    assert index.read(scratch, track) is None
    assert index.edit_list(scratch, track) is None


def changed(clip: bytes, kind: bytes, offset: int, value: int) -> bytes:
    """`clip` with one number, so far into the content of its first box of that kind."""
    raw = bytearray(clip)
    struct.pack_into(">I", raw, raw.index(kind) + 4 + offset, value)
    return bytes(raw)


@pytest.mark.parametrize(
    ("kind", "offset", "value"),
    [
        (b"stts", 4, 2**32 - 1),  # more entries than there are bytes
        (b"stts", 8, 2**32 - 1),  # a run of four thousand million samples
        (b"stts", 12, 2**32 - 1),  # a negative step
        (b"ctts", 8, 2**31),
        (b"stsz", 8, 2**32 - 1),
        (b"stsz", 8, 0),
        (b"stsz", 12, 2**31),  # a sample beyond the end of the file
        (b"stsc", 8, 0),
        (b"stsc", 12, 0),
        (b"stsc", 12, 2**32 - 1),
        (b"stco", 8, 2**32 - 1),
        (b"stsd", 4, 2),
        (b"stss", 4, 0),
        (b"stss", 8, 0),
        (b"stss", 8, 21),
        (b"stss", 12, 1),  # twice the same
        (b"mdhd", 12, 0),
        (b"mvhd", 12, 0),
        (b"elst", 4, 2),  # more edits than the box holds
        (b"elst", 12, 2**31),
        (b"minf", -8, 4),  # a box smaller than its own head
    ],
)
def test_contradictions_are_no_index(
    clip: bytes, scratch: Path, kind: bytes, offset: int, value: int
) -> None:
    scratch.write_bytes(changed(clip, kind, offset, value))
    assert index.read(scratch, 1) is None


def test_a_file_cut_off_has_no_index(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", "-movflags", "+faststart")
    path.write_bytes(path.read_bytes()[:-1])
    assert index.read(path, 1) is None


def test_fragments_are_no_index_but_may_be_edited(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", "-movflags", "+frag_keyframe+empty_moov")
    assert index.read(path, 1) is None
    assert index.edit_list(path, 1) is not None


def test_offsets_of_64_bits_are_read(tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4")
    raw = path.read_bytes()
    at = raw.index(b"stco") + 4
    assert struct.unpack_from(">I", raw, at + 4) == (1,)
    start = raw[at + 8 : at + 12]
    # The same offset in 64 bits; what follows in the file is the data, so nothing else moves.
    widened = bytearray(raw[:at] + raw[at : at + 8] + b"\0\0\0\0" + start + raw[at + 12 :])
    widened[at - 4 : at] = b"co64"
    for kind in (b"co64", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        place = widened.index(kind) - 4
        struct.pack_into(">I", widened, place, struct.unpack_from(">I", widened, place)[0] + 4)
    (tmp_path / "c.mp4").write_bytes(widened)
    assert index.read(tmp_path / "c.mp4", 1) == index.read(path, 1)


numbers = st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 2, 8, 2**31 - 1, 2**31, 2**32 - 1])


@given(st.lists(st.tuples(st.floats(0, 1), numbers), min_size=1, max_size=4))
def test_changed_boxes_are_read_or_not_but_end(
    clip: bytes, scratch: Path, changes: list[tuple[float, int]]
) -> None:
    raw = bytearray(clip)
    moov = raw.index(b"moov")
    for place, value in changes:
        struct.pack_into(">I", raw, moov + round(place * (len(raw) - moov - 4)), value)
    scratch.write_bytes(raw)
    found = index.read(scratch, 1)
    index.edit_list(scratch, 1)
    if found is not None:
        assert len(found.keys) == found.samples == 20
        edits.placed(found)


@given(st.binary(max_size=64), st.integers(0, 2**16))
def test_bytes_put_in_anywhere_are_survived(
    clip: bytes, scratch: Path, more: bytes, place: int
) -> None:
    place %= len(clip)
    scratch.write_bytes(clip[:place] + more + clip[place:])
    found = index.read(scratch, 1)
    if found is not None:
        edits.placed(found)
