"""Whatever display matrix a source has, what is made of it turns nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from processing.ffmpeg.planning.span_plan import WHOLE, Span
from processing.ffmpeg.tests.clips import asked, described, encoded, ffmpeg
from processing.mp4.init_segment import read_init
from processing.mp4.tkhd import IDENTITY
from processing.packaging import join
from processing.packaging.checker import check_chunk
from processing.packaging.track import read_track
from processing.packaging.upright import straighten

ODD = {
    "rot45": (46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30),
    "zero": (0,) * 9,
    "garbage": (12345, -99999, 7, 1 << 20, -3, 5, 9, 8, 7),
    "quarter": (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30),
}


def with_matrix(path: Path, matrix: tuple[int, ...]) -> Path:
    """A clip whose header has that display matrix."""
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=1", "-c:v", "libx264", "-preset",
        "ultrafast", "-pix_fmt", "yuv420p", "-g", "5", path,
    )  # fmt: skip
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") - 4
    end = at + struct.unpack_from(">I", data, at)[0]
    data[end - 44 : end - 8] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
    return path


def matrix_of(path: Path) -> bytes:
    data = path.read_bytes()
    at = data.index(b"tkhd") - 4
    end = at + int(struct.unpack_from(">I", data, at)[0])
    return data[end - 44 : end - 8]


COPIED = Span(0, 0, None, None, 0, None, keyframes=(0, 5))


@pytest.mark.parametrize("span", [WHOLE, COPIED], ids=["encoded", "copied"])
@pytest.mark.parametrize("name", ODD)
def test_no_matrix_of_a_source_reaches_a_player(tmp_path: Path, name: str, span: Span) -> None:
    source = with_matrix(tmp_path / "a.mp4", ODD[name])
    assert matrix_of(source) != IDENTITY
    result = encoded(source, tmp_path / "out", media=described(source), span=span)
    paths = sorted(result.folder.glob("*.mp4"))
    for path in paths:
        straighten(path)
        with path.open("rb") as file:
            track = read_track(file)
        assert track.upright
        assert check_chunk(track, tolerance=0) == []
        assert matrix_of(path) == IDENTITY
    joined = tmp_path / "joined.mp4"
    join.progressive([paths[:1]], joined)
    assert matrix_of(joined) == IDENTITY
    assert not asked(joined, "-show_entries", "stream_side_data=rotation")["streams"][0]


def test_a_header_that_turns_is_noticed(tmp_path: Path) -> None:
    with with_matrix(tmp_path / "a.mp4", ODD["zero"]).open("rb") as file:
        data = file.read()
    assert not read_init_of(tmp_path, data)


def read_init_of(folder: Path, data: bytes) -> bool:
    path = folder / "fragmented.mp4"
    (folder / "b.mp4").write_bytes(data)
    flags = "+empty_moov+default_base_moof"
    ffmpeg("-noautorotate", "-i", folder / "b.mp4", "-c", "copy", "-movflags", flags, path)
    with path.open("rb") as file:
        return read_init(file).upright
