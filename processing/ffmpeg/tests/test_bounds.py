"""Files that claim little and hold much, or the other way round, are judged by what they hold, in
bounded time and memory, and looking at them can be stopped."""

from __future__ import annotations

import resource
import struct
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from processing.ffmpeg.errors import Interrupted, ProbeFailed
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.ladder import DEFAULT
from processing.ffmpeg.probing import index, listing, missing, probe, probe_errors, timeline
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.probing.probe import ProbeLimits
from processing.ffmpeg.running import runner
from processing.ffmpeg.tests.clips import HERE, described, ffmpeg, line_of, make

MEBI = 1024 * 1024


def planned(
    path: Path, should_stop: Callable[[], str | None] = runner.never
) -> tuple[Media, Sequence[span_plan.Span]]:
    """What the probing step makes of a file."""
    media = probe.probe(path, ffmpeg=HERE, should_stop=should_stop)
    line = timeline.read(path, media, ffmpeg=HERE, should_stop=should_stop)
    media = with_timeline(media, line)
    probe_errors.require_within(media, ProbeLimits())
    return media, span_plan.plan(media, line, DEFAULT)


def patched(path: Path, kind: bytes, offset: int, *numbers: int) -> None:
    """Writes 32-bit numbers `offset` bytes into the content of the first box of a kind."""
    data = bytearray(path.read_bytes())
    at = data.index(kind) + 4 + offset
    struct.pack_into(f">{len(numbers)}I", data, at, *numbers)
    path.write_bytes(data)


def ten_frames_of_68_years(folder: Path) -> Path:
    path = folder / "a.mp4"
    drawn = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=1"]
    ffmpeg(*drawn, "-c:v", "libx264", "-bf", "0", "-pix_fmt", "yuv420p", path)
    patched(path, b"mdhd", 12, 1, 10)  # ticks a second, and the duration in them
    patched(path, b"stts", 4, 1, 10, 2**31 - 1)
    return path


def audio_eleven_days_late(folder: Path) -> Path:
    path = folder / "b.mkv"
    drawn = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=10:d=10", "-f", "lavfi", "-i", "sine=d=10"]
    late = "setts=ts='if(gte(N,400),TS+1000000/TB,TS)'"
    ffmpeg(*drawn, "-c:v", "libx264", "-c:a", "libopus", "-bsf:a", late, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    struct.pack_into(">d", data, at, 10_000.0)
    path.write_bytes(data)
    return path


def audio_alone_eleven_days_late(folder: Path) -> Path:
    path = folder / "alone.mkv"
    late = "setts=ts='if(gte(N,400),TS+1000000/TB,TS)'"
    ffmpeg("-f", "lavfi", "-i", "sine=d=10", "-c:a", "libopus", "-bsf:a", late, path)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    struct.pack_into(">d", data, at, 10_000.0)
    path.write_bytes(data)
    return path


def a_thousand_frames_of_ten_minutes(folder: Path) -> Path:
    path = folder / "c.mp4"
    drawn = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=1/600", "-frames:v", "1000"]
    ffmpeg(*drawn, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)
    return path


def many_keyframes(folder: Path, count: int, *, a_second: int) -> Path:
    """An MP4 of one JPEG and then frames of one byte, each a keyframe."""
    small = folder / "one.mov"
    drawn = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=10", "-frames:v", "1"]
    ffmpeg(*drawn, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", small)
    made = small.read_bytes()

    def box(kind: bytes, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return struct.pack(">I4s", 8 + len(content), kind) + content

    def part(kind: bytes) -> bytes:
        at = made.index(kind) - 4
        return made[at : at + struct.unpack_from(">I", made, at)[0]]

    at = made.index(b"\xff\xd8\xff")
    jpeg = made[at : made.rindex(b"\xff\xd9") + 2]
    ftyp = part(b"ftyp")
    data = ftyp + box(b"mdat", jpeg, bytes(count - 1))
    sizes = struct.pack(">IIII", 0, 0, count, len(jpeg)) + b"\0\0\0\1" * (count - 1)
    tables = [
        part(b"stsd"),
        box(b"stts", struct.pack(">IIII", 0, 1, count, 1)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
        box(b"stsz", sizes),
        box(b"stco", struct.pack(">III", 0, 1, len(ftyp) + 8)),
    ]
    head, clock = bytearray(part(b"mvhd")), bytearray(part(b"mdhd"))
    struct.pack_into(">II", head, 20, a_second, count)
    struct.pack_into(">II", clock, 20, a_second, count)
    shown = bytearray(part(b"tkhd"))
    struct.pack_into(">I", shown, 28, count)
    info = box(b"minf", part(b"vmhd"), part(b"dinf"), box(b"stbl", *tables))
    media = box(b"mdia", bytes(clock), part(b"hdlr"), info)
    film = box(b"moov", bytes(head), box(b"trak", bytes(shown), media))
    path = folder / "d.mov"
    path.write_bytes(data + film)
    return path


@pytest.mark.parametrize(
    "hostile",
    [
        ten_frames_of_68_years,
        a_thousand_frames_of_ten_minutes,
    ],
)
def test_what_is_longer_than_it_says_is_too_long(
    tmp_path: Path, hostile: Callable[[Path], Path]
) -> None:
    path = hostile(tmp_path)
    began = time.process_time()
    with pytest.raises(ProbeFailed) as caught:
        planned(path)
    assert caught.value.code == "source_too_long"
    assert time.process_time() - began < 2


@pytest.mark.parametrize("late", [audio_eleven_days_late, audio_alone_eleven_days_late])
def test_a_clock_that_jumps_by_days_is_mended(tmp_path: Path, late: Callable[[Path], Path]) -> None:
    media, spans = planned(late(tmp_path))
    assert 9.8 < media.duration < 12.2  # audio and video are not stored side by side
    assert media.clock_jumps
    assert len(spans) == 1


def test_what_says_it_is_long_is_measured(tmp_path: Path) -> None:
    fragmented = ["-movflags", "+frag_keyframe+empty_moov", "-bf", "0"]
    path = make(tmp_path / "claims.mp4", *fragmented)
    patched(path, b"mvhd", 16, 143_165_580)
    patched(path, b"mdhd", 16, 2**32 - 2)
    media, _ = planned(path)
    assert 1.9 < media.duration < 2.1
    real = make(tmp_path / "c.mkv")
    data = bytearray(real.read_bytes())
    struct.pack_into(">d", data, data.index(b"\x44\x89\x88") + 3, 1e9)
    real.write_bytes(data)
    assert 1.9 < planned(real)[0].duration < 2.1


@pytest.mark.thorough
@pytest.mark.slow
def test_five_million_samples_are_refused_without_costing_the_worker_memory(
    tmp_path: Path,
) -> None:
    path = many_keyframes(tmp_path, 5_900_000, a_second=600)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ProbeFailed) as caught:
        planned(path)
    assert caught.value.code == "source_too_large"
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert used * 1024 < 60 * MEBI


def test_a_million_keyframes_are_cut_as_fast_as_a_few(tmp_path: Path) -> None:
    path = many_keyframes(tmp_path, 1_000_000, a_second=60)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    media, spans = planned(path)
    assert time.process_time() - began < 5
    assert media.video is not None and media.video.frames == 1_000_000
    assert len(spans) > 1
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert used * 1024 < 60 * MEBI


def test_looking_at_an_index_can_be_stopped(tmp_path: Path) -> None:
    path = many_keyframes(tmp_path, 5_900_000, a_second=600)
    media = described(path)
    asked: list[float] = []

    def should_stop() -> str | None:
        asked.append(time.process_time())
        return "canceled" if len(asked) > 1 else None

    with pytest.raises(Interrupted) as caught:
        timeline.read(path, media, ffmpeg=HERE, should_stop=should_stop)
    assert caught.value.reason == "canceled"
    assert time.process_time() - asked[0] < 3.5


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_the_program_apart_tells_the_same(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    drawn = ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=3", "-f", "lavfi", "-i", "sine=d=3"]
    ffmpeg(*drawn, "-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p", "-c:a", "aac", path)
    here = described(path)
    line = line_of(path, here)
    assert line is not None
    monkeypatch.setattr(index, "_FEW_SAMPLES", 0)
    monkeypatch.setattr(listing, "_SHORT", 0)
    apart = described(path)
    assert apart == here
    assert line_of(path, apart) == line


def test_what_the_program_apart_reads_is_kept_in_the_tasks_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder goes with the task, even when the worker is killed."""
    path, folder = tmp_path / "a.mkv", tmp_path / "task"
    folder.mkdir()
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=1", "-c:v", "libx264", path)
    media = described(path)
    monkeypatch.setattr(listing, "_SHORT", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    line = timeline.read(path, media, ffmpeg=HERE, folder=folder)
    assert line is not None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["audio", "attachments"])
def test_too_many_streams_have_one_answer(kind: str) -> None:
    listed = [{"codec_type": "video", "index": 0}]
    if kind == "audio":
        listed += [{"codec_type": "audio", "index": n} for n in range(1, 66)]
    else:
        listed += [{"codec_type": "attachment", "index": n} for n in range(1, 2000)]
    with pytest.raises(ProbeFailed) as caught:
        probe_errors.require_few(listed, 64, 512)
    assert caught.value.code == "source_too_large"


def test_fonts_are_no_streams_one_plays() -> None:
    listed = [{"codec_type": "video", "index": 0}]
    listed += [{"codec_type": "attachment", "index": n} for n in range(1, 200)]
    probe_errors.require_few(listed, 64, 512)


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_audio_of_many_hours_without_an_index_is_taken(tmp_path: Path) -> None:
    """What ffprobe lists of it is larger than what is kept in memory."""
    second, path = tmp_path / "second.mp3", tmp_path / "a.mp3"
    plain = ["-id3v2_version", "0", "-write_xing", "0"]
    ffmpeg("-f", "lavfi", "-i", "sine=d=1:r=48000", "-c:a", "libmp3lame", "-b:a", "32k", *plain,
           second)  # fmt: skip
    path.write_bytes(second.read_bytes() * 36_000)
    media, spans = planned(path)
    assert media.duration / 3600 > 9.9
    assert len(spans) > 1


def many_tracks(folder: Path, tracks: int) -> Path:
    """An MP4 whose tracks claim millions of samples each that are nowhere, in some kilobytes."""
    made = make(folder / "one.mp4").read_bytes()

    def box(kind: bytes, *parts: bytes) -> bytes:
        content = b"".join(parts)
        return struct.pack(">I4s", 8 + len(content), kind) + content

    def part(kind: bytes) -> bytes:
        at = made.index(kind) - 4
        return made[at : at + struct.unpack_from(">I", made, at)[0]]

    count = 5_900_000
    tables = [
        part(b"stsd"),
        box(b"stts", struct.pack(">IIII", 0, 1, count, 1)),
        box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
        box(b"stsz", struct.pack(">III", 0, 1, count)),
        box(b"stco", struct.pack(">III", 0, 1, 40)),
    ]
    info = box(b"minf", part(b"vmhd"), part(b"dinf"), box(b"stbl", *tables))
    trak = box(b"trak", part(b"tkhd"), box(b"mdia", part(b"mdhd"), part(b"hdlr"), info))
    path = folder / "many.mp4"
    path.write_bytes(part(b"ftyp") + box(b"moov", part(b"mvhd"), trak * tracks))
    return path


def test_whether_a_file_is_cut_takes_as_long_for_many_tracks_as_for_a_few(tmp_path: Path) -> None:
    path = many_tracks(tmp_path, 100)
    began = time.process_time()
    assert missing.is_cut(path)
    assert time.process_time() - began < 2
