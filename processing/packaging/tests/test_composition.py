"""Frames are shown when they should be by readers of every kind."""

from __future__ import annotations

import shutil
import struct
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import pytest

from processing.ffmpeg.planning.span_plan import Span
from processing.ffmpeg.tests.clips import asked, described, encoded, ffmpeg, make
from processing.mp4 import avcc, trun
from processing.mp4.box import MalformedBoxes, child, children
from processing.mp4.init_segment import read_init
from processing.mp4.tfhd import Defaults
from processing.packaging import codecs, composition, join
from processing.packaging.checker import check_chunk
from processing.packaging.stored_checks import check_stored
from processing.packaging.tests.stored import (
    FRAME_TICKS,
    FRAMES,
    RATE,
    Stored,
    bare_frames,
    read,
    video_file,
)
from processing.packaging.tests.stored import (
    described as rows_of,
)

PROGRAMS = ["ffmpeg", imageio_ffmpeg.get_ffmpeg_exe()]
# Of x264 with a pyramid of frames that refer to others both ways.
REORDERED = 2


def shown(path: Path, program: str) -> list[tuple[float, float]]:
    """When frames are shown and decoded, as libavformat tells, in the order of the file."""
    command = [program, "-v", "error", "-copyts", "-i", str(path), "-map", "0:v", "-c", "copy"]
    command += ["-f", "framecrc", "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()
    scale = next(line for line in done.splitlines() if line.startswith("#tb 0:")).split(" ")[-1]
    lines = [line.split(",") for line in done.splitlines() if not line.startswith("#")]
    tick = Fraction(scale)
    return [(float(int(line[2]) * tick), float(int(line[1]) * tick)) for line in lines]


def init_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return read_init(file).data


@pytest.mark.parametrize("program", PROGRAMS, ids=["installed", "newer"])
def test_the_first_frame_is_shown_at_the_first_tick(stored: Stored, program: str) -> None:
    for path, (first, end) in zip(stored.paths["120p"], FRAMES, strict=True):
        times = sorted(pts for pts, _ in shown(path, program))
        expected = [n * FRAME_TICKS / 30000 for n in range(first, end)]
        assert times == pytest.approx(expected, abs=0.0001)


def test_nothing_is_shown_before_it_is_decoded(stored: Stored) -> None:
    for path in stored.paths["120p"]:
        track = read(path)
        assert track.shown_from == REORDERED * FRAME_TICKS
        assert all(fragment.least_offset >= 0 for fragment in track.fragments)
        assert [f.start for f in track.fragments] == [f.composition_start for f in track.fragments]
        assert all(pts >= dts for pts, dts in shown(path, "ffmpeg"))


def test_every_chunk_begins_alike_however_short(tmp_path: Path) -> None:
    """A single frame is never reordered, and FFmpeg then leaves the offsets out."""
    whole = video_file(tmp_path / "long.mp4", 0, 90)
    for first, end in ((60, 61), (120, 122), (0, 1)):
        short = video_file(tmp_path / f"{first}.mp4", first, end)
        assert init_of(short) == init_of(whole)
        track = read(short)
        assert check_chunk(track, start=first * FRAME_TICKS, frames=end - first, rate=RATE) == []
        (pts, _), *_ = shown(short, "ffmpeg")
        assert pts == pytest.approx(first * FRAME_TICKS / 30000, abs=0.0001)


def test_it_is_done_once(tmp_path: Path) -> None:
    path = video_file(tmp_path / "a.mp4", 0, 60)
    before = path.read_bytes()
    composition.from_zero(path, RATE)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.copy"))


def test_the_frames_stay_what_they_are(tmp_path: Path) -> None:
    bare = bare_frames(tmp_path / "bare.mp4", 0, 90)
    path = Path(shutil.copy(bare, tmp_path / "a.mp4"))
    composition.from_zero(path, RATE)
    payload = [run for kind, run in children(path.read_bytes()) if kind == b"mdat"]
    assert payload == [run for kind, run in children(bare.read_bytes()) if kind == b"mdat"]
    assert path.stat().st_size == bare.stat().st_size


def test_an_init_segment_without_room_grows(tmp_path: Path) -> None:
    path = bare_frames(tmp_path / "a.mp4", 0, 90)
    cramped = path.read_bytes().replace(b"udta", b"skip", 1)
    path.write_bytes(cramped)
    composition.from_zero(path, RATE)
    assert path.stat().st_size == len(cramped) + 36
    assert check_chunk(read(path), frames=90, rate=RATE) == []
    assert sorted(pts for pts, _ in shown(path, "ffmpeg"))[0] == 0


def test_audio_and_what_is_not_reordered_stay_as_they_were(stored: Stored, tmp_path: Path) -> None:
    plain = tmp_path / "plain.mp4"
    flags = "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets"
    make(plain, "-bf", "0", "-movflags", flags)
    for path, rate in ((plain, Fraction(25)), (stored.paths["audio-en"][0], RATE)):
        copy = Path(shutil.copy(path, tmp_path / "copy.mp4"))
        composition.from_zero(copy, rate)
        assert copy.read_bytes() == path.read_bytes()


def test_a_copied_rung_is_shown_as_the_encoded_ones_are(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    few = ["-preset", "veryfast", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0"]
    make(source, *few, "-x264-params", "open-gop=0:bframes=3:b-pyramid=normal")
    media = described(source)
    copied = Span(0, 0, None, None, 0, None, keyframes=(0, 50))
    made = encoded(source, tmp_path / "out", media=media, span=copied)
    for rung in made.rungs:
        times = sorted(pts for pts, _ in shown(made.folder / rung.filename, "ffmpeg"))
        assert times == pytest.approx([n / 25 for n in range(50)], abs=0.001)
        assert check_chunk(made.track(rung.name), rate=Fraction(25)) == []
    assert made.track(made.rungs[0].name).shown_from > 0


def test_offsets_that_are_below_zero_even_so_are_found(tmp_path: Path) -> None:
    """A sample description that denies the reordering there is."""
    path = bare_frames(tmp_path / "a.mp4", 0, 60)
    track = read(path)
    assert min(fragment.least_offset for fragment in track.fragments) < 0
    assert [one.code for one in check_chunk(track, rate=RATE)] == ["composition"]


def test_what_older_versions_stored_is_no_fault(tmp_path: Path) -> None:
    path = bare_frames(tmp_path / "00000.mp4", 0, 60)
    rendition = rows_of("120p", [path])
    assert check_stored(rendition, rendition.chunks[0], read(path)) == []


def test_a_download_of_what_older_versions_stored_is_shown_right(tmp_path: Path) -> None:
    spans = [(0, 60), (60, 90)]
    old = [bare_frames(tmp_path / f"{first}.mp4", first, end) for first, end in spans]
    new = [video_file(tmp_path / f"n{first}.mp4", first, end) for first, end in spans]
    joined = []
    for number, chunks in enumerate((old, new)):
        out = tmp_path / f"joined{number}.mp4"
        join.progressive([chunks], out)
        times = sorted(pts for pts, _ in shown(out, "ffmpeg"))
        assert times == pytest.approx([n * FRAME_TICKS / 30000 for n in range(90)], abs=0.0001)
        joined.append(out.read_bytes())
    assert joined[0] == joined[1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-preset", "veryfast"], 2),
        (["-preset", "veryfast", "-x264-params", "b-pyramid=none"], 1),
        (["-preset", "veryfast", "-x264-params", "nal-hrd=vbr", "-maxrate", "1M"], 2),
        (["-preset", "ultrafast"], 0),
        (["-preset", "slow", "-flags", "+ildct+ilme"], 2),
    ],
)
def test_what_x264_says_of_reordering(tmp_path: Path, options: list[str], expected: int) -> None:
    path = make(
        tmp_path / "a.mp4", *options, "-bufsize", "1M", "-movflags", "+frag_keyframe+empty_moov"
    )
    with path.open("rb") as file:
        init = read_init(file)
    assert codecs.of_entry(init.entry).reordering(init.entry) == expected


def test_what_hevc_says_of_reordering(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=0.4", "-c:v", "libx265", "-x265-params",
        "log-level=none:bframes=4:b-pyramid=1", "-tag:v", "hvc1", "-pix_fmt", "yuv420p",
        "-movflags", "+frag_keyframe+empty_moov", path,
    )  # fmt: skip
    with path.open("rb") as file:
        init = read_init(file)
    told = asked(path, "-show_entries", "stream=has_b_frames")["streams"][0]["has_b_frames"]
    assert codecs.of_entry(init.entry).reordering(init.entry) == told == 2


class Bits:
    """A set of parameters, bit by bit."""

    def __init__(self) -> None:
        self.text = ""

    def take(self, value: int, count: int) -> Bits:
        self.text += f"{value:0{count}b}"
        return self

    def golomb(self, *values: int) -> Bits:
        for value in values:
            code = f"{value + 1:b}"
            self.text += "0" * (len(code) - 1) + code
        return self

    def unit(self, profile: int, constraints: int, level: int) -> bytes:
        text = self.text + "1"
        data = int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")
        return bytes([0x67, profile, constraints, level]) + data


def without_usability(order: int, *, wide: int, tall: int) -> Bits:
    bits = Bits().golomb(0, 0, order, *([0] if order == 0 else []), 1).take(0, 1)
    return bits.golomb(wide - 1, tall - 1).take(1, 1).take(1, 1).take(0, 1).take(0, 1)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (without_usability(0, wide=120, tall=68).unit(77, 0, 40), 4),
        (without_usability(0, wide=20, tall=15).unit(77, 0, 40), 16),
        (without_usability(2, wide=120, tall=68).unit(77, 0, 40), 0),
        (without_usability(0, wide=20, tall=15).unit(66, 0xC0, 13), 7),
        (without_usability(0, wide=20, tall=15).unit(66, 0xC0, 99), 16),
    ],
)
def test_who_does_not_say_may_reorder_as_much_as_a_decoder_keeps(
    unit: bytes, expected: int
) -> None:
    assert avcc.reordering(unit) == expected


def test_a_set_that_is_cut_off_is_no_answer() -> None:
    unit = without_usability(0, wide=120, tall=68).unit(77, 0, 40)
    for length in range(4, 8):
        with pytest.raises((IndexError, ValueError)):
            avcc.reordering(unit[:length])


def test_runs_of_every_form_are_shown_later() -> None:
    defaults = Defaults(10, 20, 0)
    offset, first = struct.pack(">i", 100), struct.pack(">I", 5)
    for flags in (0, 0x1, 0x4, 0x5, 0x100, 0x200, 0x800, 0xF00, 0xF05):
        fields = sum(flags & bit > 0 for bit in (0x100, 0x200, 0x400, 0x800))
        head = struct.pack(">2I", 1 << 24 | flags, 3)
        head += (offset if flags & 1 else b"") + (first if flags & 4 else b"")
        values = [*range(1, 1 + 3 * fields)]
        if flags & 0x800:
            values[fields - 1] = 2**32 - 4
        run = head + struct.pack(f">{len(values)}I", *values)
        before, after = (list(trun.samples(one, defaults)) for one in (run, trun.later(run, 7)))
        assert after == [replace(s, composition=s.composition + 7) for s in before]
    with pytest.raises(MalformedBoxes):
        trun.later(struct.pack(">3I", 0x100, 2, 1), 7)


def test_the_edit_stands_where_readers_look_for_it(stored: Stored) -> None:
    trak = child(init_of(stored.paths["120p"][0]), b"moov", b"trak")
    assert [kind for kind, _ in children(trak)] == [b"tkhd", b"edts", b"mdia"]
    edit = child(trak, b"edts", b"elst")
    assert edit == struct.pack(">3Ii2H", 0, 1, 0, REORDERED * FRAME_TICKS, 1, 0)
