"""WebVTT: what is read is written again, and a parser that is not ours reads the same."""

import io

import pytest
import webvtt as others
from hypothesis import given
from hypothesis import strategies as st

from processing.captions import markup, settings, writing
from processing.captions.document import Cue, Document
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read

TIMES = st.integers(0, 10**9)
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["<b>", "</b>", "<i.red>", "</i>", "<v A&B>", "<ruby>", "<rt>", "</rt>", "</ruby>", "x",
         " y ", "\n", "\r\n", "&amp;", "&", "-->", "<00:00:01.000>", "<lang en-GB>", "</lang>",
         "<script>", "<", ">", "WEBVTT", "\u202e", "\u2067", "\u2069", "&#10;", "&#0;", "NOTE",
         "<c", "</v>"]
    ),
    max_size=12,
).map("".join)  # fmt: skip
NAMES = st.text(max_size=20).map(lambda text: " ".join(text.split()))
PLACES = st.sampled_from([*settings.PLACES.values(), "position:10%,line-left size:35%"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    cues = []
    for _ in range(draw(st.integers(1, 5))):
        start, length = draw(TIMES), draw(st.integers(1, 10**5))
        text = markup.sanitize(draw(TEXTS), start=start, end=start + length).text
        if markup.plain(text).strip():
            name = "".join(c for c in draw(NAMES) if c.isalnum())
            cues.append(Cue(start, start + length, text, draw(PLACES), name))
    cues = cues or [Cue(0, 1, "a")]
    return Document(tuple(sorted(cues, key=lambda cue: (cue.start, cue.end))))


@given(documents())
def test_what_is_written_is_read_again(document: Document) -> None:
    again = read(writing.webvtt(document).encode())
    assert again.cues == document.cues
    assert again.notices == ()


@given(documents())
def test_a_parser_that_is_not_ours_reads_the_same(document: Document) -> None:
    parsed = others.from_string(writing.webvtt(document))
    assert [cue.identifier or "" for cue in parsed.captions] == [
        cue.identifier for cue in document.cues
    ]
    told = [(_ms(cue.start), _ms(cue.end), cue.raw_text) for cue in parsed.captions]
    assert told == [(cue.start, cue.end, cue.text) for cue in document.cues]


@given(documents(), st.integers(0, 10**9), st.integers(1, 10**8))
def test_a_segment_has_each_cue_that_is_shown_within_it(
    document: Document, start: int, length: int
) -> None:
    said = writing.segment(document, start, start + length, mpegts=900_000)
    assert said.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n"[:-1])
    parsed = others.from_buffer(io.StringIO(said))
    shown = [cue for cue in document.cues if cue.start < start + length and start < cue.end]
    assert [(_ms(cue.start), cue.raw_text) for cue in parsed.captions] == [
        (c.start, c.text) for c in shown
    ]


def _ms(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


HEAD = "WEBVTT - made by hand\nKind: captions\n\n"


def test_settings_regions_and_identifiers_are_kept() -> None:
    region = "REGION\nid:fred\nwidth:40%\nlines:3\nregionanchor:0%,100%\nscroll:up"
    cue = "intro\n00:01.000 --> 00:02.000 region:fred align:middle line:10%,start\n<v Fred>Hi"
    document = read(f"{HEAD}{region}\n\n{cue}\n".encode())
    assert document.regions == region
    assert document.cues == (
        Cue(1000, 2000, "<v Fred>Hi</v>", "region:fred align:center line:10%,start", "intro"),
    )
    assert document.notices == ()
    assert read(writing.webvtt(document).encode()) == document


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("00:02.000 --> 00:01.000\na", "captions_time_reversed", 4),
        ("00:0x.000 --> 00:01.000\na", "captions_time_invalid", 4),
        ("00:01.000 --> 99:99.000\na", "captions_time_invalid", 4),
        ("00:01.000 --> 9999:00:00.000\na", "captions_time_invalid", 4),
        ("00:01.000 --> 00:02.000\na\n\nb", "captions_text_without_times", 7),
        (
            "00:01.000 --> 00:02.000\na\n00:02.000 --> 00:03.000\nb",
            "captions_text_without_times",
            6,
        ),
        ("00:01.000 --> 00:02.000\n" + "a" * 5_000_000, "captions_cue_too_long", 4),
    ],
)
def test_a_wrong_line_is_named(text: str, code: str, line: int) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read((HEAD + text).encode())
    assert caught.value.code == "captions_malformed"
    assert [(one.line, one.code) for one in caught.value.errors] == [(line, code)]
    assert all(one.message for one in caught.value.errors)


def test_no_more_than_twenty_errors_are_told() -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(("WEBVTT\n\n" + "x --> y\n\n" * 1000).encode())
    assert len(caught.value.errors) == 20


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (
            "STYLE\n@import url(http://a)\n\n00:01.000 --> 00:02.000\na",
            "captions_styles_dropped",
            4,
        ),
        ("NOTE x\n\n00:01.000 --> 00:02.000\na", "captions_comments_dropped", 4),
        ("REGION\nwidth:1%\n\n00:01.000 --> 00:02.000\na", "captions_regions_dropped", 4),
        ("00:01.000 --> 00:02.000 region:x size:101%\na", "captions_settings_dropped", 4),
        ("00:01.000 --> 00:02.000\n<script>a", "captions_tags_escaped", 4),
        ("00:01.000 --> 00:02.000\n<b>a", "captions_tags_mended", 4),
        ("00:01.000 --> 00:02.000\n<font color=red>a", "captions_styling_dropped", 4),
        ("00:01.000 --> 00:02.000\na<00:09.000>b", "captions_timestamps_dropped", 4),
        ("00:01.000 --> 00:02.000\na\0b\u202ec", "captions_characters_removed", 4),
        (
            "00:01.000 --> 00:02.000\na\n\n00:03.000 --> 00:04.000\n",
            "captions_empty_cues_dropped",
            7,
        ),
        (
            "00:01.000 --> 00:02.000\na\n\n00:03.000 --> 00:03.000\nb",
            "captions_instants_dropped",
            7,
        ),
        ("i" * 300 + "\n00:01.000 --> 00:02.000\na", "captions_identifiers_shortened", 5),
    ],
)
def test_what_is_changed_is_told_with_its_line(text: str, code: str, line: int) -> None:
    document = read((HEAD + text).encode())
    assert [(one.code, one.details["line"]) for one in document.notices] == [(code, line)]
    assert read(writing.webvtt(document).encode()).notices == ()


def test_a_segment_of_a_stream_is_read_and_its_map_told() -> None:
    document = read(
        b"WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:1\n\n00:01.000 --> 00:02.000\na"
    )
    assert [one.code for one in document.notices] == ["captions_header_ignored"]
