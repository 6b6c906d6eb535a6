"""Boxes from bytes, to the letter and as players read them."""

from __future__ import annotations

import io
import struct

import pytest

from processing.mp4 import elst, mdhd, moof, obu, stbl, tfhd, tkhd, trun
from processing.mp4.box import MalformedBoxes, box, boxes_of, child, inside, one, top
from processing.mp4.elst import Edit
from processing.mp4.tfhd import Defaults
from processing.mp4.trun import Sample

DEFAULTS = Defaults(10, 5, 0x10000)


def test_a_box_that_goes_on_beyond_its_file_is_malformed_or_cut() -> None:
    data = struct.pack(">I4s", 100, b"mdat") + bytes(4)
    with pytest.raises(MalformedBoxes):
        list(boxes_of(io.BytesIO(data), len(data)))
    found = one(top(io.BytesIO(data)), b"mdat")
    assert (found.start, found.end) == (8, 12)


def test_a_box_of_size_0_goes_on_to_the_end_of_a_file_from_outside() -> None:
    data = box(b"free") + struct.pack(">I4s", 0, b"mdat") + bytes(9)
    assert [found.kind for found in top(io.BytesIO(data))] == [b"free", b"mdat"]
    with pytest.raises(MalformedBoxes):
        list(boxes_of(io.BytesIO(data), len(data)))


def test_a_box_ends_where_its_parent_ends() -> None:
    inner = struct.pack(">I4s", 500, b"trak") + bytes(2)
    data = box(b"moov", inner) + box(b"free", bytes(600))
    file = io.BytesIO(data)
    moov = one(top(file), b"moov")
    assert one(inside(file, moov), b"trak").end == moov.end


def test_thousands_of_boxes_are_not_read() -> None:
    with pytest.raises(MalformedBoxes, match="too many"):
        top(io.BytesIO(box(b"free") * 5_000))


def test_samples_of_a_run_say_what_is_not_as_usual() -> None:
    plain = struct.pack(">2I", 0, 2)
    assert list(trun.samples(plain, DEFAULTS)) == [Sample(10, 5, 0x10000, 0)] * 2
    told = struct.pack(">2IiI", 0x1000A05, 2, 64, 0) + struct.pack(">IiIi", 7, -3, 8, 4)
    assert trun.data_offset(told) == 64
    assert list(trun.samples(told, DEFAULTS)) == [
        Sample(10, 7, 0, -3),
        Sample(10, 8, 0x10000, 4),
    ]
    with pytest.raises(MalformedBoxes):
        list(trun.samples(struct.pack(">2I", 0x100, 1000), DEFAULTS))


def test_a_fragment_has_defaults_of_its_own() -> None:
    body = struct.pack(">2I", 0x20008 | 0x20, 1) + struct.pack(">2I", 20, 0)
    assert tfhd.of_fragment(body, DEFAULTS) == Defaults(20, 5, 0)


def test_a_fragment_whose_samples_are_more_than_its_bytes_is_malformed() -> None:
    traf = box(
        b"traf",
        box(b"tfhd", struct.pack(">2I", 0, 1)),
        box(b"tfdt", struct.pack(">2I", 0, 30)),
        box(b"trun", struct.pack(">2I", 0, 2)),
    )
    data = box(b"moof", traf) + box(b"mdat", bytes(10))
    file = io.BytesIO(data)
    head, body = boxes_of(file, len(data))
    assert moof.read_run(file, head, body, DEFAULTS).start == 30
    with pytest.raises(MalformedBoxes, match="larger"):
        moof.read_run(file, head, body, Defaults(10, 6, 0))


def test_an_edit_list_is_what_was_written() -> None:
    written = child(elst.write(1024, 500), b"elst")
    assert elst.read(written, timescale=48_000, clock=1000) == (Edit(1024, 24_000),)
    with pytest.raises(MalformedBoxes):
        elst.read(written[:-4], timescale=48_000, clock=1000)


@pytest.mark.parametrize("duration", [10, 2**33])
def test_a_media_header_is_what_was_written(duration: int) -> None:
    original = struct.pack(">5I2H", 0, 0, 0, 30, 0, 0x15C7, 0)
    written = child(mdhd.write(original, ticks_a_second=90_000, duration=duration), b"mdhd")
    assert mdhd.timescale(written) == 90_000
    with pytest.raises(MalformedBoxes):
        mdhd.timescale(bytes(24))


def test_a_track_header_keeps_its_size() -> None:
    original = bytes(76) + struct.pack(">2I", 320 << 16, 240 << 16)
    written = tkhd.write(original, track=3, flags=3, duration=99, group=1)
    body = child(written, b"tkhd")
    assert (tkhd.track_id(body), tkhd.size(body)) == (3, (320, 240))


def test_tables_of_samples_must_agree() -> None:
    stts = struct.pack(">4I", 0, 1, 3, 10)
    assert list(stbl.stts(stts, 3)) == [0, 10, 20, 30]
    with pytest.raises(MalformedBoxes):
        stbl.stts(stts, 4)
    ends = stbl.stsz(struct.pack(">3I", 0, 5, 3))
    one_chunk = struct.pack(">5I", 0, 1, 1, 3, 1)
    starts = stbl.stco(struct.pack(">3I", 0, 1, 100))
    assert stbl.are_all_there(starts, one_chunk, ends, 115)
    assert not stbl.are_all_there(starts, one_chunk, ends, 114)


def test_units_without_a_size_go_on_to_the_end() -> None:
    data = bytes([0x12, 0, 0x08, 1, 2, 3])
    assert [(unit.kind, unit.start, unit.size) for unit in obu.units(io.BytesIO(data), 0, 6)] == [
        (2, 2, 0),
        (1, 3, 3),
    ]
