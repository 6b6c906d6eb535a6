"""What an encode counts beside, and what decoders complain of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from processing.ffmpeg import counted
from processing.ffmpeg.counted import Counted
from processing.ffmpeg.encoding import counting
from processing.ffmpeg.media import Media
from processing.ffmpeg.planning import span_plan
from processing.ffmpeg.planning.plan import plan_of
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.running.complaints import Complaints
from processing.ffmpeg.running.log_tail import LogTail
from processing.ffmpeg.tests.clips import SMALL, described, encoded, ffmpeg, line_of, make


def spans_of(path: Path, folder: Path, seconds: float) -> tuple[Media, list[Counted]]:
    """What each span of a file counted."""
    media = described(path)
    line = line_of(path, media)
    media = with_timeline(media, line)
    plan, told = plan_of(media, SMALL), []
    folder.mkdir()
    for span in span_plan.plan(media, line, SMALL, seconds=seconds):
        out = folder / str(span.number)
        made = encoded(path, out, SMALL, media=media, span=span)
        told.append(counted.read(out, plan, made.finished.complaints))
    return media, told


@pytest.mark.slow
@pytest.mark.parametrize("changes", [[], ["-vf", "select='not(eq(mod(n,7),3))'"]])
def test_each_frame_belongs_to_one_span(tmp_path: Path, changes: Sequence[str]) -> None:
    path = tmp_path / "a.mkv"
    pictures = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=6", "-f", "lavfi", "-i", "sine=d=6"]
    encoding = ["-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-g", "20"]
    ffmpeg(*pictures, *changes, *encoding, "-c:a", "flac", path)
    media, told = spans_of(path, tmp_path / "out", 2)
    assert len(told) > 1
    total = counted.total(told)
    assert media.video is not None
    assert (total.frames, total.shown) == (media.video.frames, media.video.frames)
    assert total.sound["audio"] == pytest.approx(6.0, abs=0.05)
    assert total.complaints == {}


@pytest.mark.slow
def test_audio_that_is_not_there_is_not_counted(tmp_path: Path) -> None:
    sound = tmp_path / "short.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=d=1", sound)
    path = tmp_path / "a.mkv"
    ffmpeg("-i", make(tmp_path / "v.mp4"), "-i", sound, "-c:v", "copy", "-c:a", "flac", path)
    _, (told, *_) = spans_of(path, tmp_path / "out", 60)
    assert told.sound["audio"] == pytest.approx(1.0, abs=0.05)
    assert told.frames == 50


def test_lines_are_read_in_seconds(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("#software: Lavf\n#tb 0: 1/1000\n0,  40,  40,  40, 472, 0x1\n")
    (line,) = counting.read(file)
    assert (float(line.start), float(line.length)) == (0.04, 0.04)
    assert list(counting.read(tmp_path / "missing")) == []


SAID = [
    (b"a.mkv: corrupt decoded frame in stream 0\n", {"0": 1}),
    (b"a.mkv: corrupt decoded frame in stream 2\n    Last message repeated 4 times\n", {"2": 5}),
    (b"Error while decoding stream #0:1: Invalid data found\n", {"1": 1}),
    (b"[vist#0:0/h264 @ 0x5] Error submitting packet to decoder: Invalid data\n", {"0": 1}),
    (b"[graph 0 input @ 0x1] Changing video frame properties on the fly is no\n", {"size": 1}),
    (b"    Last message repeated 4 times\n", {}),
    (b"[mp4 @ 0x1] something else\n    Last message repeated 4 times\n", {}),
    (b"a title that says Error while decoding stream\n", {}),
]


@pytest.mark.parametrize(("said", "counts"), SAID)
def test_complaints_are_counted(said: bytes, counts: dict[str, int]) -> None:
    tail = LogTail()
    for byte in said:
        tail.feed(bytes([byte]))
    assert dict(tail.complaints.counts) == counts


def test_a_line_that_is_repeated_beyond_reason_counts_once() -> None:
    heard = Complaints()
    heard.hear(b"corrupt decoded frame in stream 0")
    heard.hear(b"    Last message repeated 99999999999999 times")
    assert heard.counts["0"] == 1
