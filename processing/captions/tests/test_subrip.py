"""SRT as it is found: nothing between two lines of times is lost."""

import pytest
from hypothesis import given

from processing.captions import writing
from processing.captions.document import Cue, Document
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read
from processing.captions.tests.test_webvtt import documents

TIMES = "00:00:01,000 --> 00:00:02,000"


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        (f"1\n{TIMES}\na\nb\n", [(1000, 2000, "a\nb")]),
        (f"\ufeff1\r\n{TIMES}\r\na\r\n\r\n", [(1000, 2000, "a")]),
        (f"{TIMES}\na\n{TIMES}\nb", [(1000, 2000, "a"), (1000, 2000, "b")]),
        (f"1\n{TIMES}\na\n\nb\n\n2\n{TIMES}\n1984\n", [(1000, 2000, "a\nb"), (1000, 2000, "1984")]),
        (f"1\n{TIMES}\n1984\n2\n{TIMES}\nx", [(1000, 2000, "1984\n2"), (1000, 2000, "x")]),
        (f"1\n{TIMES}\n42\n\n2\n{TIMES}\nx", [(1000, 2000, "42"), (1000, 2000, "x")]),
        ("1\n0:0:1,5 -> 0:0:2.25\na", [(1500, 2250, "a")]),
        ("1\n0:01,5 --> 00:02\na", [(1500, 2000, "a")]),
        ("1\n00: 00: 01, 000 --> 00:00:02:000\na", [(1000, 2000, "a")]),
        (f"1\n{TIMES}\n{{\\i1}}b{{\\i0}} {{i}}c{{/i}}", [(1000, 2000, "<i>b</i> <i>c</i>")]),
        (f"1\n{TIMES}\n<I>a</I> <3 & AT&T", [(1000, 2000, "<i>a</i> &lt;3 &amp; AT&amp;T")]),
        (f"1\n{TIMES}\nA --> B\n", [(1000, 2000, "A --&gt; B")]),
    ],
)  # fmt: skip
def test_files_as_they_are_found_are_read(text: str, cues: list[tuple[int, int, str]]) -> None:
    found = read(text.encode())
    assert [(cue.start, cue.end, cue.text) for cue in found.cues] == cues


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("1\n00:00:02,000 --> 00:00:01,000\na", 2, "captions_time_reversed"),
        (f"1\n{TIMES}\na\n\n2\n00:00:xx,000 --> 00:00:01,000\na", 6, "captions_time_invalid"),
        (f"1\n{TIMES}\na\n\n2\n00:61:00,000 --> 00:62:00,000\na", 6, "captions_time_invalid"),
        (f"1\n{TIMES}\na\n\n2\n-00:00:01,000 --> 00:00:01,000\na", 6, "captions_time_invalid"),
        (f"Subtitles\n1\n{TIMES}\na", 1, "captions_text_without_times"),
    ],
)
def test_a_wrong_line_is_named(text: str, line: int, code: str) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(text.encode(), filename="a.srt")
    assert [(one.line, one.code) for one in caught.value.errors] == [(line, code)]


def test_places_and_what_is_left_out_are_told() -> None:
    text = f"1\n{TIMES} X1:1 X2:2 Y1:3 Y2:4\n{{\\a6}}{{\\fs20}}<font color=red>a</font>"
    document = read(text.encode())
    assert document.cues == (Cue(1000, 2000, "a", "line:0"),)
    told = {one.code for one in document.notices}
    assert told == {"captions_settings_dropped", "captions_styling_dropped"}


def test_sbv_is_read() -> None:
    text = b"0:00:01.000,0:00:02.500\na[br]b\n\n0:00:03.000,0:00:04.000\nc\n\n"
    document = read(text)
    assert document.cues == (Cue(1000, 2500, "a\nb"), Cue(3000, 4000, "c"))
    with pytest.raises(CaptionsUnreadable) as caught:
        read(b"0:00:01.000,0:00:99.500\na")
    assert [(e.line, e.code) for e in caught.value.errors] == [(1, "captions_time_invalid")]


@given(documents())
def test_words_places_and_simple_tags_survive_in_srt(document: Document) -> None:
    again = read(writing.srt(document).encode())
    assert len(again.cues) == len(document.cues)
    assert [(c.start, c.end) for c in again.cues] == [(c.start, c.end) for c in document.cues]
    assert writing.srt(again) == writing.srt(read(writing.srt(again).encode()))


def test_a_document_is_written_as_srt_and_as_a_transcript() -> None:
    cues = (
        Cue(0, 1000, "<v Ann>Hello <c.loud>there</c> &lt;3", "line:0 align:left"),
        Cue(1200, 2000, "<v Ann><b>you</b>.</v>"),
        Cue(2100, 3000, "<v Bo><ruby>漢<rt>かん</rt></ruby></v>"),
        Cue(9000, 9500, "two\nlines"),
    )
    said = writing.srt(Document(cues))
    assert said.split("\n\n")[0] == "1\n00:00:00,000 --> 00:00:01,000\n{\\an7}Ann: Hello there <3"
    assert "Bo: 漢(かん)" in said
    assert "Ann: <b>you</b>." in said
    assert writing.text(Document(cues)) == "Ann: Hello there <3 you.\n\nBo: 漢\n\ntwo lines\n"


def test_odd_times_after_the_number_of_a_cue_are_no_text_of_the_cue_before() -> None:
    told = "1\n00:00:01,000 --> 00:00:02,000\nA --> B\n\n2\nxx --> 3\nNo\n"
    with pytest.raises(CaptionsUnreadable) as caught:
        read(told.encode(), filename="a.srt")
    assert [(one.line, one.code) for one in caught.value.errors] == [(6, "captions_time_invalid")]
