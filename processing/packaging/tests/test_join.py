"""Chunks joined into an MP4 to download: nothing is encoded, nothing is moved."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from processing.ffmpeg.errors import Interrupted
from processing.ffmpeg.tests.clips import asked, ffmpeg
from processing.mp4.box import boxes_of
from processing.mp4.chapters import Chapter
from processing.packaging import join
from processing.packaging.tests.stored import FRAME_TICKS, TIMESCALE, Stored
from processing.packaging.track import MalformedTrack


@pytest.fixture(scope="module")
def joined(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("joined") / "120p.mp4"
    join.progressive([stored.paths[n] for n in ("120p", "audio-en", "audio-de")], out)
    return out


def packets(path: Path, stream: str) -> list[dict[str, str]]:
    shown = asked(path, "-select_streams", stream, "-show_packets")["packets"]
    return sorted(shown, key=lambda packet: int(packet["pts"]))


def hashes(path: Path, stream: str) -> list[str]:
    """What each frame or audio packet is decoded to, and when it is shown."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", f"0:{stream}"]
    command += ["-fps_mode", "passthrough"] if stream[0] == "v" else []
    done = subprocess.run([*command, "-f", "framemd5", "-"], check=True, capture_output=True)
    assert not done.stderr
    return [line for line in done.stdout.decode().splitlines() if not line.startswith("#")]


def test_every_frame_is_shown_when_it_was(joined: Path) -> None:
    frames = packets(joined, "v:0")
    assert [int(p["pts"]) for p in frames] == [n * FRAME_TICKS for n in range(225)]
    assert {int(p["duration"]) for p in frames} == {FRAME_TICKS}
    keys = [number for number, p in enumerate(frames) if p["flags"].startswith("K")]
    assert keys == [0, 60, 120, 180]


def test_every_packet_of_audio_is_where_it_was(joined: Path) -> None:
    for stream in ("a:0", "a:1"):
        assert [int(p["pts"]) for p in packets(joined, stream)] == [n * 1024 for n in range(352)]


def test_the_bytes_of_every_sample_are_the_same(joined: Path, stored: Stored) -> None:
    sizes = [int(p["size"]) for p in packets(joined, "a:0")]
    before = [int(p["size"]) for path in stored.paths["audio-en"] for p in packets(path, "a:0")]
    assert sizes == before
    decoded = [line.split(",")[-1] for line in hashes(joined, "v:0")]
    apart = [line.split(",")[-1] for path in stored.paths["120p"] for line in hashes(path, "v:0")]
    assert decoded == apart
    assert len(set(decoded)) > 200


def test_it_starts_at_zero_and_plays_whole_without_a_word(joined: Path) -> None:
    log = ffmpeg("-i", joined, "-map", "0", "-f", "null", "-")
    assert "start: 0.000000" in log
    assert re.findall(r"frame=\s*(\d+)", log)[-1] == "225"
    assert not re.search(r"error|invalid|non.monoton", log, re.IGNORECASE)


def test_it_says_what_it_is(joined: Path) -> None:
    told = asked(joined, "-show_format", "-show_streams")
    assert float(told["format"]["duration"]) == pytest.approx(352 * 1024 / 48000, abs=0.002)
    video = told["streams"][0]
    assert (video["width"], video["height"], video["nb_frames"]) == (160, 120, "225")
    assert Fraction(video["avg_frame_rate"]) == Fraction(TIMESCALE, FRAME_TICKS)
    assert [s["disposition"]["default"] for s in told["streams"]] == [1, 1, 0]


def test_the_tables_come_first_and_audio_lies_beside_the_frames(joined: Path) -> None:
    with joined.open("rb") as file:
        kinds = [box.kind for box in boxes_of(file, joined.stat().st_size)]
    assert kinds == [b"ftyp", b"moov", b"mdat"]
    at = sorted(
        (int(p["pos"]), float(p["pts_time"])) for s in ("v:0", "a:0") for p in packets(joined, s)
    )
    assert all(later[1] - earlier[1] > -2.1 for earlier, later in pairwise(at))


def test_after_a_seek_frames_and_audio_are_those_of_that_time(joined: Path) -> None:
    whole = {line.split(",")[2].strip(): line.split(",")[-1] for line in hashes(joined, "v:0")}
    command = ["ffmpeg", "-v", "error", "-ss", "5", "-copyts", "-i", str(joined), "-an"]
    command += ["-fps_mode", "passthrough", "-f", "framemd5", "-"]
    done = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    found = [line.split(",") for line in done.splitlines() if not line.startswith("#")]
    assert len(found) == 75
    assert all(whole[line[2].strip()] == line[-1] for line in found)


def test_one_track_alone(stored: Stored, tmp_path: Path) -> None:
    join.progressive([stored.paths["audio-de"]], tmp_path / "a.m4a")
    assert len(packets(tmp_path / "a.m4a", "a:0")) == 352


def test_offsets_beyond_four_gigabytes_are_wide(stored: Stored) -> None:
    from processing.mp4 import moov
    from processing.mp4.init_segment import read_init, read_runs
    from processing.mp4.moov import SampleTables

    with stored.paths["120p"][0].open("rb") as file:
        init = read_init(file)
        tables = SampleTables(init)
        for _, _, run in read_runs(file, init):
            tables.add(run)
    assert b"co64" in moov.write([tables], [[2**33]], reach=2**33)
    assert b"stco" in moov.write([tables], [[2**20]], reach=2**20)


@pytest.mark.parametrize(
    "paths",
    [
        lambda s: [s.paths["120p"][1:]],
        lambda s: [[s.paths["120p"][0], s.paths["120p"][2]]],
        lambda s: [[s.paths["120p"][0], s.paths["60p"][1]]],
        lambda s: [[]],
    ],
)
def test_what_does_not_follow_is_not_joined(stored: Stored, tmp_path: Path, paths: object) -> None:
    assert callable(paths)
    with pytest.raises(MalformedTrack):
        join.progressive(paths(stored), tmp_path / "out.mp4")
    assert not list(tmp_path.iterdir())


def test_a_stop_leaves_nothing(stored: Stored, tmp_path: Path) -> None:
    asked_times = iter([None] * 5)
    with pytest.raises(Interrupted):
        join.progressive(
            [stored.paths["120p"]],
            tmp_path / "out.mp4",
            should_stop=lambda: next(asked_times, "canceled"),
        )
    assert not list(tmp_path.iterdir())


def test_chapters_are_read_by_players(stored: Stored, tmp_path: Path) -> None:
    out = tmp_path / "chapters.mp4"
    chapters = [Chapter(1000, "Größe"), Chapter(2500, "x" * 300), Chapter(99_000, "never")]
    tracks = [stored.paths["120p"], stored.paths["audio-en"]]
    join.progressive(tracks, out, chapters=chapters)
    found = asked(out, "-show_chapters")["chapters"]
    assert [one["start_time"] for one in found] == ["0.000000", "1.000000", "2.500000"]
    assert [one["tags"].get("title", "") for one in found] == ["", "Größe", "x" * 300]
    assert float(found[2]["end_time"]) == pytest.approx(7.5, abs=0.1)
    plain = tmp_path / "plain.mp4"
    join.progressive(tracks, plain)
    assert hashes(out, "v:0") == hashes(plain, "v:0")
    assert packets(out, "a:0")[-1]["pts"] == packets(plain, "a:0")[-1]["pts"]
    # As players that know no such track, but Nero's list.
    out.write_bytes(out.read_bytes().replace(b"tref", b"skip", 1))
    nero = asked(out, "-show_chapters")["chapters"]
    assert [one["start_time"] for one in nero] == ["0.000000", "1.000000", "2.500000"]
    assert nero[2]["tags"]["title"] == "x" * 255
