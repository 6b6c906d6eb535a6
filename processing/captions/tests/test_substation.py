"""ASS and SSA: their texts as pysubs2 has them, places and simple styling, and all else told."""

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.captions import markup
from processing.captions.document import Cue, Document
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read

HEAD = """[Script Info]
; made by hand
PlayResX: 300
PlayResY: 300

[V4+ Styles]
Format: Name, Fontname, Bold, Italic, Underline, Alignment
Style: Default,Arial,0,0,0,2
Style: Top,Arial,-1,0,0,8

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
LINE = HEAD.count("\n") + 1


def _read(text: str, style: str = "Default") -> Document:
    line = f"Dialogue: 0,0:00:01.00,0:00:02.50,{style},,0,0,0,,{text}"
    return read((HEAD + line).encode())


@pytest.mark.parametrize(
    ("text", "kept", "place"),
    [
        (r"a\Nb\nc\hd, e", "a\nb c\u00a0d, e", ""),
        (r"{\i1}a{\i0}b{\b1\u1}c", "<i>a</i>b<b><u>c</u></b>", ""),
        (r"{\b700}a{\b400}b{\b}c", "<b>a</b>bc", ""),
        (r"{\an8}a", "a", "line:0"),
        (r"a{\an5}b{\an1}", "ab", "line:50%"),
        (r"{\a6}a", "a", "line:0"),
        (r"{\i1\r}a", "a", ""),
        (r"{\rTop}a", "<b>a</b>", ""),
        ("a < b & {c", "a &lt; b &amp; {c", ""),
        (r"<i>a</i>", "&lt;i&gt;a&lt;/i&gt;", ""),
    ],
)
def test_text_styling_and_places_are_kept(text: str, kept: str, place: str) -> None:
    document = _read(text)
    assert document.cues == (Cue(1000, 2500, kept, place),)
    assert [one.code for one in document.notices] == ["captions_styles_dropped"]


def test_the_style_of_an_event_counts() -> None:
    assert _read("a{\\b0}b", "*Top").cues == (Cue(1000, 2500, "<b>a</b>b", "line:0"),)


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        (r"{\fs20\c&HFF&}a", "captions_styling_dropped", "a"),
        (r"{\t(0,100,\i1\b1)}a", "captions_styling_dropped", "a"),
        (r"{\k20}a{\k30}b", "captions_styling_dropped", "ab"),
        (r"{\pos(150,20)}a", "captions_settings_dropped", "a"),
        (r"{\p1}m 0 0 l 1 1{\p0}a", "captions_drawings_dropped", "a"),
    ],
)
def test_what_has_no_counterpart_is_told(text: str, code: str, kept: str) -> None:
    document = _read(text)
    assert [cue.text for cue in document.cues] == [kept]
    told = {one.code: one.details["line"] for one in document.notices}
    assert told == {"captions_styles_dropped": 8, code: LINE}


def test_a_position_becomes_a_third_of_the_screen() -> None:
    assert _read(r"{\an2\pos(20,150)}a").cues[0].settings == "line:50% align:left"


def test_an_event_of_nothing_but_a_drawing_is_no_cue() -> None:
    extra = "\nDialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,a"
    document = _read(r"{\p1}m 0 0 l 1 1" + extra)
    assert [cue.text for cue in document.cues] == ["a"]
    assert "captions_empty_cues_dropped" not in {one.code for one in document.notices}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Dialogue: 0,0:00:01.00,0:00:0x,Default,,0,0,0,,a", "captions_time_invalid"),
        ("Dialogue: 0,0:00:02.00,0:00:01.00,Default,,0,0,0,,a", "captions_time_reversed"),
        ("Dialogue: 0,0:00:01.00", "captions_line_unknown"),
        ("and the rest of a text", "captions_line_unknown"),
    ],
)
def test_a_wrong_line_is_named(line: str, code: str) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read((HEAD + line).encode())
    assert [(one.line, one.code) for one in caught.value.errors] == [(LINE, code)]


def test_old_files_count_places_otherwise_and_say_the_order_of_their_fields() -> None:
    text = """[Script Info]
[V4 Styles]
Format: Name, Alignment, Bold
Style: Up,6,0
[Events]
Format: Marked, End, Start, Style, Text
Comment: Marked=0,0:00:02.00,0:00:01.00,Up,hidden
Dialogue: Marked=0,0:00:02.00,0:00:01.00,Up,a, b
"""
    document = read(text.encode(), filename="a.ssa")
    assert document.cues == (Cue(1000, 2000, "a, b", "line:0"),)
    told = [one.code for one in document.notices]
    assert told == ["captions_styles_dropped", "captions_comments_dropped"]


LETTERS = st.characters(exclude_characters="\r\n\\{}", exclude_categories=["C", "Z"])
EVENTS = st.tuples(st.text(LETTERS, min_size=1), st.integers(0, 10**6), st.integers(1, 1000))


@given(st.lists(EVENTS, min_size=1, max_size=5))
def test_pysubs2_has_the_same_times_and_words(told: list[tuple[str, int, int]]) -> None:
    theirs = pysubs2.SSAFile()
    for words, start, length in told:
        theirs.append(pysubs2.SSAEvent(start * 10, (start + length) * 10, words))
    written = theirs.to_string("ass")
    theirs = pysubs2.SSAFile.from_string(written)
    ours = read(written.encode())
    expected = sorted((line.start, line.end, line.plaintext.strip()) for line in theirs)
    assert sorted((c.start, c.end, markup.plain(c.text)) for c in ours.cues) == expected


@pytest.mark.parametrize("part", ["{", "{\\", "{\\i1}", "\\N", "{\\t(", "{\\t(\\i1", "}"])
def test_a_hostile_line_takes_no_time(part: str) -> None:
    with pytest.raises(CaptionsUnreadable):
        _read(part * 1_000_000)
