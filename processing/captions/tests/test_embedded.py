"""Subtitles inside a source are extracted in one reading, at the times of its frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from processing.captions import embedded
from processing.captions.document import Cue, Document
from processing.ffmpeg import inputs
from processing.ffmpeg.clip import Clip
from processing.ffmpeg.encoding import subtitles
from processing.ffmpeg.errors import ProcessFailed, RoomDoubtful
from processing.ffmpeg.media import Media, SubtitleStream
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.runner import Limits
from processing.ffmpeg.tests.clips import described, ffmpeg, video_stream
from tests.corpus import VIDEOS, needs_corpus

SRT = """1
00:00:01,000 --> 00:00:02,000
<i>one</i> & <b>two</b>

2
00:00:02,500 --> 00:00:03,000
three
"""
IN_SRT = (Cue(1000, 2000, "<i>one</i> &amp; <b>two</b>"), Cue(2500, 3000, "three"))
VTT = "WEBVTT\n\nname\n00:01.000 --> 00:02.000 line:0 align:left\nplaced\n"
ASS = r"""[Script Info]
[V4+ Styles]
Style: Default,Arial,20,&H0,&H0,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,0,0,0,1
[Events]
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\an8\i1}up
"""


def _extract(path: Path, media: Media, folder: Path) -> list[embedded.Embedded]:
    folder.mkdir(exist_ok=True)
    tools = FFmpeg()

    def run(argv: list[str]) -> object:
        return tools.run(argv, limits=Limits(60), reads=[path], writes=folder)

    found = embedded.extract(path, media, folder, ffmpeg=tools.program, run=run)
    assert list(folder.iterdir()) == []
    return found


def _files(folder: Path) -> list[str | Path]:
    named = {"a.srt": SRT, "a.vtt": VTT, "a.ass": ASS}
    for name, text in named.items():
        (folder / name).write_text(text)
    return [argument for name in named for argument in ("-i", folder / name)]


def _film(path: Path, *arguments: str | Path) -> Path:
    """A film of four seconds with subtitles as SRT, WebVTT and ASS."""
    frames = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4", "-f", "lavfi", "-i", "sine=d=4"]
    files = _files(path.parent)
    streams = ["-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4"]
    ffmpeg(*frames, *files, *streams, "-pix_fmt", "yuv420p", "-c:s", "copy", *arguments, path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("offset", ["0", "7.48", "-0.5"])
def test_each_stream_is_on_the_clock_of_the_video(tmp_path: Path, offset: str) -> None:
    path = _film(tmp_path / "a.mkv", "-output_ts_offset", offset, "-avoid_negative_ts", "disabled")
    found = _extract(path, described(path), tmp_path / "out")
    assert [one.stream.codec for one in found] == ["subrip", "webvtt", "ass"]
    assert [one.document.cues if one.document else () for one in found] == [
        IN_SRT,
        (Cue(1000, 2000, "placed", "line:0 align:left", "name"),),
        (Cue(1000, 2000, "<i>up</i>", "line:0"),),
    ]


@pytest.mark.slow
def test_text_in_mp4_keeps_its_tags_and_a_clip_has_what_is_shown_in_it(tmp_path: Path) -> None:
    frames = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4"]
    (tmp_path / "a.srt").write_text(SRT)
    path = tmp_path / "a.mp4"
    ffmpeg(*frames, "-i", tmp_path / "a.srt", "-pix_fmt", "yuv420p", "-c:s", "mov_text", path)
    media = described(path)
    (whole,) = _extract(path, media, tmp_path / "out")
    assert whole.document is not None
    assert whole.document.cues == IN_SRT
    (part,) = _extract(path, replace(media, clip=Clip(1.2, 2.6)), tmp_path / "out")
    assert part.document is not None
    assert [(cue.start, cue.end) for cue in part.document.cues] == [(0, 800), (1300, 1400)]
    (none,) = _extract(path, replace(media, clip=Clip(0.1, 0.9)), tmp_path / "out")
    assert (none.document, none.error_code) == (None, "captions_empty")


@pytest.mark.slow
def test_captions_of_television_in_a_track_are_read(tmp_path: Path) -> None:
    scc = "Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 94f2 94f2 c8e5 ecec ef80 942f 942f\n\n"
    (tmp_path / "a.scc").write_text(scc + "00:00:03:00\t942c 942c\n")
    frames = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4"]
    ffmpeg(
        *frames, "-i", tmp_path / "a.scc", "-pix_fmt", "yuv420p", "-c:s", "copy", tmp_path / "a.mov"
    )
    path = tmp_path / "a.mov"
    (one,) = _extract(path, described(path), tmp_path / "out")
    assert one.stream.codec == "eia_608"
    assert one.document is not None
    assert [cue.text for cue in one.document.cues] == ["Hello"]


@pytest.mark.slow
def test_the_language_of_a_stream_helps_with_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(SRT.replace("three", "שלום").encode("cp1255"))
    path = tmp_path / "a.mkv"
    frames = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4"]
    told = ["-c:s", "copy", "-metadata:s:s:0", "language=heb", "-pix_fmt", "yuv420p"]
    ffmpeg(*frames, "-i", tmp_path / "a.srt", *told, path)
    (one,) = _extract(path, described(path), tmp_path / "out")
    assert one.document is not None
    assert [cue.text for cue in one.document.cues][1] == "שלום"


@pytest.mark.slow
def test_no_decoder_of_subtitles_opens_unless_they_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    path = tmp_path / "a.mp4"
    ffmpeg("-i", tmp_path / "a.srt", "-c:s", "mov_text", path)
    tools = FFmpeg()
    begin, end = [tools.program, "-v", "error"], ["-map", "0:0", "-f", "srt", str(tmp_path / "b")]

    def run(opened: list[str]) -> None:
        tools.run([*begin, *opened, *end], limits=Limits(60), reads=[path], writes=tmp_path)

    run(inputs.opened(path, subtitles=True))
    (tmp_path / "b").unlink()
    with pytest.raises(ProcessFailed):
        run(inputs.opened(path))


def test_a_source_without_text_is_not_read(tmp_path: Path) -> None:
    def run(argv: list[str]) -> object:
        raise AssertionError(argv)

    media = Media("mov,mp4", 1.0, 1, None, None, ())
    assert embedded.extract(tmp_path / "a", media, tmp_path, ffmpeg="ffmpeg", run=run) == []


@pytest.mark.parametrize("error", [ProcessFailed, RoomDoubtful])
def test_a_broken_stream_takes_no_other_with_it(tmp_path: Path, error: type[ProcessFailed]) -> None:
    streams = tuple(
        SubtitleStream(number, "mov_text", "eng", "", default=False, forced=False)
        for number in (1, 2)
    )
    media = Media("mov,mp4", 4.0, 1, None, video_stream(), (), subtitles=streams)

    def run(argv: list[str]) -> object:
        if "0:1" in argv:
            raise error
        return (tmp_path / "subtitles-2.srt").write_text(SRT.replace("00:00:", "00:01:"))

    if error is RoomDoubtful:
        with pytest.raises(RoomDoubtful):
            embedded.extract(tmp_path / "a", media, tmp_path, ffmpeg="ffmpeg", run=run)
        return
    found = embedded.extract(tmp_path / "a", media, tmp_path, ffmpeg="ffmpeg", run=run)
    assert found == [
        embedded.Embedded(streams[0], error_code="captions_unreadable"),
        embedded.Embedded(streams[1], Document(IN_SRT)),
    ]


FILES = {
    "subtitles/ass.mkv": [(1, "This is the first subtitle.")],
    "subtitles/mov_text.mp4": [(2, "oop")],
    "subtitles/srt_eng.mkv": [(1, "This is the first subtitle.")],
    "subtitles/srt_overlapping.mkv": [(3, "First subtitle - end overlaps second")],
    "subtitles/webvtt.mkv": [(2, "oop")],
    "derived/sintel_2audio_2movtext_chapters.mp4": [(2, "Hello, world — <i>ünïcode</i>"), (1, "")],
    "realworld/nasa_2video_2audio_2subs.mp4": [
        (4, "NAR: This is the optical"),
        (4, "NAR: This is the optical"),
    ],
}


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize("name", FILES)
def test_the_corpus_is_extracted(tmp_path: Path, name: str) -> None:
    path = VIDEOS / name
    found = _extract(path, described(path), tmp_path / "out")
    assert len(found) == len(FILES[name])
    for one, (count, first) in zip(found, FILES[name], strict=True):
        assert one.document is not None
        assert len(one.document.cues) == count
        assert first in one.document.cues[0].text


def test_the_command_reads_a_source_once(tmp_path: Path) -> None:
    wanted: list[subtitles.Writing] = []
    assert subtitles.command("ffmpeg", tmp_path / "a", wanted).count("-i") == 1
