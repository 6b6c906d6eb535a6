"""Files that others sent are read in a program with bounds, except where our own readers do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from processing.captions import apart, limits
from processing.captions.apart import read_apart
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read
from processing.ffmpeg.running.ffmpeg import FFmpeg
from processing.ffmpeg.running.runner import Limits
from tests.corpus import HOSTILE, each, needs_corpus

SRT = "1\n00:00:01,000 --> 00:00:02,000\n<font color=red>{}</font>\n"


class Counting(FFmpeg):
    """FFmpeg that counts how often it runs."""

    ran = 0

    def run(self, *arguments: Any, **named: Any) -> Any:
        Counting.ran += 1
        return super().run(*arguments, **named)


@pytest.fixture
def tools() -> FFmpeg:
    Counting.ran = 0
    return Counting()


@pytest.mark.parametrize(
    ("data", "starts"),
    [
        (SRT.format("a").encode(), 0),
        (SRT.format("привет мир").encode("utf-16"), 0),
        (SRT.format("Привет, мир! Как дела сегодня?").encode("cp1251"), 1),
        (SRT.format("a").encode() + b"\n" * limits.QUICK_BYTES, 1),
    ],
)
def test_only_what_is_no_small_unicode_is_read_apart(
    tmp_path: Path, tools: Counting, data: bytes, starts: int
) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(data)
    assert read_apart(path, tools, filename="a.srt") == read(data, filename="a.srt")
    assert Counting.ran == starts


SCC = "00:00:01:00\t9420 9420 9470 9470 c8e5 ecec ef80 942f 942f\n\n00:00:03:00\t942c 942c\n"
TTML = (
    '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">Hello</p></div></body>'
    "</tt>"
)
BLOCK = bytes([0, 1, 0, 0xFF, 0, 0, 0, 1, 0, 0, 0, 2, 0, 20, 2, 0]) + b"Hello".ljust(112, b"\x8f")


@pytest.mark.parametrize(
    "data",
    [
        f"Scenarist_SCC V1.0\n\n{SCC}".encode(),
        TTML.encode(),
        (b"850STL25.01100" + b" " * 1024)[:1024] + BLOCK,
    ],
)
def test_each_format_that_needs_a_foreign_parser_is_read_apart(
    tmp_path: Path, tools: Counting, data: bytes
) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    document = read_apart(path, tools)
    assert [cue.text for cue in document.cues] == ["Hello"]
    assert document == read(data)
    assert Counting.ran == 1


def test_the_lines_that_are_wrong_come_out_of_the_program(tmp_path: Path, tools: Counting) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.format("é").encode("latin1") + b"\n2\n00:00:03,000 --> 00:00:01,000\nb\n")
    with pytest.raises(CaptionsUnreadable) as caught:
        read_apart(path, tools)
    assert Counting.ran == 1
    assert caught.value.code == "captions_malformed"
    assert [(one.line, one.code) for one in caught.value.errors] == [(6, "captions_time_reversed")]
    assert caught.value.errors[0].message


def test_a_file_that_takes_too_long_is_refused(
    tmp_path: Path, tools: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_LIMITS", Limits(wall_seconds=0.01))
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.format("é").encode("latin1"))
    with pytest.raises(CaptionsUnreadable) as caught:
        read_apart(path, tools)
    assert caught.value.code == "captions_too_costly"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, tools: Counting) -> None:
    path = tmp_path / "a.srt"
    with path.open("wb") as file:
        file.truncate(limits.MOST_BYTES + 1)
    with pytest.raises(CaptionsUnreadable) as caught:
        read_apart(path, tools)
    assert (caught.value.code, Counting.ran) == ("captions_too_large", 0)


FILES = [pytest.param(path, id=path.name) for path in sorted((HOSTILE / "caption").glob("*"))]
TEXTS = {
    "cp1251.srt": "привет",
    "drawtext_filter.srt": "%{pts}:textfile=/etc/passwd',drawtext=textfile=/etc/passwd",
    "latin1.srt": "héllo",
    "no_header.vtt": "hi",
    "style_url.vtt": "hi",
    "utf16.vtt": "héllo",
}


@needs_corpus
@pytest.mark.parametrize("path", each(list(FILES)))
def test_the_corpus_is_read(path: Path, tools: Counting) -> None:
    document = read_apart(path, tools, filename=path.name)
    assert [cue.text for cue in document.cues] == [TEXTS[path.name]]
