"""Whatever bytes come, they are read or refused by a code, in time that grows as they do."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
import webvtt as others
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.captions import limits, markup, stored, writing
from processing.captions.errors import SENTENCES, CaptionsUnreadable
from processing.captions.formats import FORMATS
from processing.captions.reading import read

CUE = "00:00:01.000 --> 00:00:02.000"
TTML = '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">'
PIECES = st.sampled_from(
    ["WEBVTT\n\n", f"{CUE}\n", "00:00:01,000 --> 00:00:02,000\n", "0:00:01.000,0:00:02.000\n", "\n",
     "\n\n", "1\n", "a", "<b>", "</i>", "<v ", ">", "&lt;", "NOTE", "STYLE\n", "REGION\nid:a\n",
     "[Script Info]\n", "[V4+ Styles]\n", "Style: a,b\n", "[Events]\n", "Format: Start, End\n",
     "Dialogue: 0,0:00:01.00,0:00:02.00,a,,0,0,0,,", "{\\an8\\i1}", "{\\p1}", "\\N", TTML,
     "</p></div></body></tt>", "<br/>", "<span begin='1s'>", "</span>", "<!DOCTYPE tt>", "\0", "é",
     "Scenarist_SCC V1.0\n\n", "00:00:01:00\t9420 9420 9470 c8e5 942f\n", "\u202e", "\u2067", "{",
     "}", "-->", " ", "\r", "\x85", "\u2028", "&#10;", "\ud800"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=15).map("".join)
BROADCAST = (b"850STL25.01100" + b" " * 1024)[:1024]
FILES = st.one_of(
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=200),
    st.binary(max_size=400).map(lambda blocks: BROADCAST + blocks),
)


@settings(max_examples=300)
@given(FILES, st.sampled_from(["", *FORMATS]))
def test_any_file_is_read_or_refused_by_a_code(data: bytes, form: str) -> None:
    try:
        document = read(data, format=form)
    except CaptionsUnreadable as error:
        assert error.code in SENTENCES
        assert len(error.errors) <= limits.MOST_ERRORS
        assert all(one.code in SENTENCES and one.message for one in error.errors)
        return
    assert document.cues == tuple(sorted(document.cues, key=lambda cue: (cue.start, cue.end)))
    for cue in document.cues:
        assert 0 <= cue.start < cue.end <= limits.MOST_MS
        assert markup.plain(cue.text).strip()
        made = markup.sanitize(cue.text, start=cue.start, end=cue.end)
        assert (made.text, made.changes) == (cue.text, frozenset())
    assert stored.from_json(stored.to_json(document)) == document
    again = read(writing.webvtt(document).encode())
    assert (again.cues, again.regions, again.notices) == (document.cues, document.regions, ())
    assert len(others.from_string(writing.webvtt(document)).captions) == len(document.cues)


HEADS = {
    "webvtt": f"WEBVTT\n\n{CUE}\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n",
    "sbv": "0:00:01.000,0:00:02.000\n",
    "ass": "[Script Info]\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,a,,0,0,0,,",
    "ttml": TTML,
    "scc": "Scenarist_SCC V1.0\n\n00:00:01:00\t",
}
PARTS = [
    "a",
    " ",
    "<b>",
    "{\\i1}",
    "\n",
    f"\n\n{CUE}\n",
    "&amp;",
    "<p>",
    "9420 ",
    "\0",
    "0:",
    "-->",
]


@pytest.mark.parametrize("form", HEADS)
@pytest.mark.parametrize("part", PARTS)
def test_a_long_file_takes_no_longer_than_its_length(form: str, part: str) -> None:
    def seconds(count: int) -> float:
        begun = time.process_time()
        with suppress(CaptionsUnreadable):
            read((HEADS[form] + part * count + "\0-->\n<").encode(), format=form)
        return time.process_time() - begun

    small, large = (seconds(size // len(part)) for size in (20_000, 160_000))
    assert large < 0.2 + 24 * small


@pytest.mark.parametrize(("form", "head"), [("webvtt", "WEBVTT\n\n"), ("srt", "")])
def test_two_hundred_thousand_cues_are_too_many(form: str, head: str) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read((head + f"{CUE}\na\n\n" * 200_000).encode(), format=form)
    assert caught.value.code == "captions_too_many"
    assert caught.value.errors[0].line > limits.MOST_CUES


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\0\0\0"])
def test_an_empty_file_has_no_captions(data: bytes) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(data)
    assert caught.value.code == "captions_empty"


@pytest.mark.parametrize(
    "data", [b"hello", b"%PDF-1.4", b"PK\x03\x04" + bytes(100), b"{}", b"<html>"]
)
def test_other_files_are_of_no_known_format(data: bytes) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(data, filename="a.srt")
    assert caught.value.code == "captions_format_unknown"
