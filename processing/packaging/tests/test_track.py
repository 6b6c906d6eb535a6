"""Boxes read from real files, and from files that lie."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing.ffmpeg.tests.clips import Made, encoded, flash_and_beep
from processing.mp4.box import Box
from processing.mp4.moof import TrackRun
from processing.mp4.trun import Sample
from processing.packaging.fragments import describe
from processing.packaging.track import MalformedTrack, Track, read_track


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    return encoded(flash_and_beep(folder / "a.mp4"), folder / "out")


def read(data: bytes) -> Track:
    return read_track(io.BytesIO(data))


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def test_a_rung_as_it_was_written(made: Made) -> None:
    track = made.track("240p")
    assert (track.handler, track.width, track.height) == ("vide", 320, 240)
    assert track.codecs.startswith("avc1.")
    assert len(track.codecs) == len("avc1.640028")
    assert [(f.start, f.samples) for f in track.fragments] == [(0, 50), (2 * track.timescale, 25)]
    assert all(f.starts_with_sync for f in track.fragments)
    assert track.fragments[0].composition_start == 0
    assert track.init == made.top.read_bytes()[: track.init_size]
    assert track.init_size == track.fragments[0].offset


def test_the_audio_as_it_was_written(made: Made) -> None:
    track = made.track("audio")
    assert (track.handler, track.codecs, track.timescale) == ("soun", "mp4a.40.2", 48000)
    assert track.fragments[0].start == 0
    assert track.duration == pytest.approx(3 * 48000, abs=1024)


def test_fragments_cover_the_whole_file(made: Made) -> None:
    for name in made.names:
        track, size = made.track(name), (made.folder / f"{name}.mp4").stat().st_size
        ends = [track.init_size, *[f.offset + f.size for f in track.fragments]]
        assert ends[:-1] == [f.offset for f in track.fragments]
        assert ends[-1] == size


def test_a_keyframe_can_be_decoded_from_its_bytes_alone(made: Made, tmp_path: Path) -> None:
    from processing.ffmpeg.tests.clips import frames

    track, data = made.track("240p"), made.top.read_bytes()
    fragment = track.fragments[1]
    alone = tmp_path / "key.mp4"
    alone.write_bytes(track.init + data[fragment.offset :][: fragment.keyframe_size])
    assert frames(alone) == 1


def test_a_frame_that_only_calls_itself_a_keyframe_is_none(made: Made) -> None:
    data, fragment = bytearray(made.top.read_bytes()), made.track("240p").fragments[1]
    sample = fragment.offset + fragment.keyframe_size
    while data[sample] & 0x1F != 5 or data[sample - 4 : sample - 2] != b"\0\0":
        sample -= 1
    data[sample] = data[sample] & 0xE0 | 1
    assert [f.starts_with_sync for f in read(bytes(data)).fragments] == [True, False]


def test_frames_that_are_not_shown_evenly_are_told() -> None:
    def told(*shown: int) -> bool:
        samples = tuple(Sample(10, 5, 0, at - number * 10) for number, at in enumerate(shown))
        box = Box(b"moof", 0, 8, 100)
        return describe(TrackRun(0, samples, 108), box, box, is_video=True).evenly_shown

    assert told(0, 30, 10, 20)
    assert told(0, 11, 19, 30)
    assert not told(0, 30, 10, 10)
    assert not told(0, 40, 10, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\7moov",
        b"\0\0\0\0moov",
        struct.pack(">I4sQ", 1, b"moov", 2**63),
        box(b"ftyp"),
        box(b"moov"),
        box(b"moov", box(b"trak"), box(b"trak")),
        box(b"moov", b"\0" * 2_000_000),
    ],
)
def test_lies_are_told_as_such(data: bytes) -> None:
    with pytest.raises(MalformedTrack):
        read(data)


def test_a_file_cut_anywhere_is_malformed_or_shorter(made: Made) -> None:
    data, whole = made.top.read_bytes(), made.track("240p")
    for size in range(0, len(data), max(1, len(data) // 200)):
        try:
            track = read(data[:size])
        except MalformedTrack:
            continue
        assert len(track.fragments) < len(whole.fragments)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_bytes_never_crash_the_reader(made: Made, data: st.DataObject) -> None:
    original = bytearray(made.top.read_bytes())
    headers = made.track("240p").init_size + 700
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, headers), st.integers(0, 255)), max_size=6)
    ):
        original[place] = value
    try:
        read(bytes(original))
    except MalformedTrack as error:
        assert error.code == "output_invalid"
