"""Files that were put one behind the other: read whole, or said to be read in part."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.ffmpeg.errors import ProbeFailed
from processing.ffmpeg.planning.plan import plan_encode
from processing.ffmpeg.probing import appended
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.running import runner
from processing.ffmpeg.tests.clips import TINY, described, ffmpeg, line_of, numbered

pytestmark = pytest.mark.slow

H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"]
READ_WHOLE = {"mkv": H264, "webm": VP8, "ts": H264, "mpg": ["-c:v", "mpeg2video", "-c:a", "mp2"]}
READ_IN_PART = {
    "mp4": H264,
    "mov": H264,
    "frag.mp4": [*H264, "-movflags", "+frag_keyframe+empty_moov"],
    "avi": ["-c:v", "mpeg4", "-c:a", "mp3"],
    "flv": ["-c:v", "flv1", "-c:a", "mp3", "-ar", "44100"],
    "ogv": ["-c:v", "libtheora", "-c:a", "libvorbis"],
    "wmv": ["-c:v", "wmv2", "-c:a", "wmav2"],
    "gif": [],
    "apng": ["-plays", "0", "-f", "apng"],
    "y4m": [],
}
AUDIO = {
    **dict.fromkeys(("mp3", "aac", "ogg", "opus", "ac3"), False),
    **dict.fromkeys(("wav", "flac", "m4a", "aiff", "caf", "w64"), True),
}


def film(folder: Path, kind: str, options: list[str], *, first: int = 0) -> bytes:
    sound = "sine=f=440:d=1:r=48000" if "-c:a" in options else None
    path = numbered(folder / f"{first}.{kind}", *options, count=25, first=first, sound=sound)
    return path.read_bytes()


def told(path: Path, data: bytes) -> dict[str, dict[str, float]]:
    """The notices of a file of these bytes, and how long it is."""
    path.write_bytes(data)
    media = described(path)
    line = line_of(path, media) if media.video else None
    media = with_timeline(media, line)
    plan, _ = plan_encode(media, line, TINY)
    notices = {one.code: dict(one.details) for one in plan.notices}
    return {**notices, "length": {"seconds": plan.seconds}}


@pytest.mark.parametrize("kind", READ_WHOLE)
def test_these_play_as_one(tmp_path: Path, kind: str) -> None:
    parts = [film(tmp_path, kind, READ_WHOLE[kind], first=first) for first in (0, 25)]
    found = told(tmp_path / f"c.{kind}", b"".join(parts))
    assert "appended_file_left_out" not in found
    assert found["length"]["seconds"] == pytest.approx(2, abs=0.1)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", READ_IN_PART)
def test_of_these_the_second_is_said_to_be_left_out(tmp_path: Path, kind: str) -> None:
    parts = [film(tmp_path, kind, READ_IN_PART[kind], first=first) for first in (0, 25)]
    assert "appended_file_left_out" not in told(tmp_path / f"a.{kind}", parts[0])
    assert "appended_file_left_out" in told(tmp_path / f"c.{kind}", b"".join(parts))
    # The very same twice, with something between.
    assert "appended_file_left_out" in told(tmp_path / f"d.{kind}", parts[0] + parts[0])


@pytest.mark.sampled(4)
@pytest.mark.parametrize("kind", AUDIO)
def test_audio_as_well(tmp_path: Path, kind: str) -> None:
    parts = []
    for number in range(2):
        path = tmp_path / f"{number}.{kind}"
        ffmpeg("-f", "lavfi", "-i", f"sine=f={440 + number}:d=2:r=48000", path)
        parts.append(path.read_bytes())
    found = told(tmp_path / f"c.{kind}", b"".join(parts))
    assert ("appended_file_left_out" in found) is AUDIO[kind]
    expected = 2 if AUDIO[kind] else 4
    assert found["length"]["seconds"] == pytest.approx(expected, abs=0.15)
    assert "appended_file_left_out" not in told(tmp_path / f"a.{kind}", parts[0])


def test_where_the_next_would_be_taken_for_frames_it_is_refused(tmp_path: Path) -> None:
    one = film(tmp_path, "ivf", VP8[:4])
    path = tmp_path / "c.ivf"
    path.write_bytes(one + one)
    with pytest.raises(ProbeFailed) as caught:
        described(path)
    assert caught.value.code == "source_unsupported"
    assert "several videos one after the other" in caught.value.message


def test_an_index_that_is_there_twice_is_no_other_film(tmp_path: Path) -> None:
    data = film(tmp_path, "mp4", H264)
    index = data[data.index(b"moov") - 4 :]
    assert "appended_file_left_out" not in told(tmp_path / "c.mp4", data + index)


def test_fragments_whose_clock_goes_on_are_one_film(tmp_path: Path) -> None:
    """As segments with their init segments are saved one behind the other."""
    data = film(tmp_path, "a.mp4", [*H264, "-g", "10", "-movflags", "+frag_keyframe+empty_moov"])
    moofs = [at - 4 for at in range(len(data)) if data.startswith(b"moof", at)]
    init, middle = data[: moofs[0]], moofs[len(moofs) // 2]
    path = tmp_path / "c.mp4"
    path.write_bytes(data[:middle] + init + data[middle:])
    assert not appended.is_any(path, "mov,mp4", should_stop=runner.never)


def test_a_header_between_two_blocks_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.flv"
    header = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
    for at in (1024 * 1024 - 5, 1024 * 1024, 1024 * 1024 + 1, 3_000_000):
        path.write_bytes(header + bytes(at - len(header)) + header + bytes(100))
        assert appended.is_any(path, "flv", should_stop=runner.never)
    path.write_bytes(header + bytes(3_000_000))
    assert not appended.is_any(path, "flv", should_stop=runner.never)
