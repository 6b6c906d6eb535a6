"""TTML: times in all their forms, regions, styles, and nothing of a DOCTYPE."""

from __future__ import annotations

import pytest

from processing.captions.document import Cue, Document
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read

ROOT = (
    '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
    'xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="en" {}>'
)


def _read(body: str, *, head: str = "", root: str = "") -> Document:
    begun = f'<?xml version="1.0" encoding="UTF-8"?>\n{ROOT.format(root)}\n'
    return read(f"{begun}<head>{head}</head>\n{body}</tt>".encode())


@pytest.mark.parametrize(
    ("root", "begin", "end", "times"),
    [
        ("", "00:00:01", "00:00:02.5", (1000, 2500)),
        ("", "1s", "2500ms", (1000, 2500)),
        ("", "0.5m", "0.01h", (30_000, 36_000)),
        ("", "00:00:01:15", "60f", (1500, 2000)),
        ('ttp:frameRate="25"', "00:00:01:05", "50f", (1200, 2000)),
        ('ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"', "30f", "60f", (1001, 2002)),
        (
            'ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"',
            *("01:00:00:00", "01:00:01:15", (3_603_600, 3_605_102)),
        ),
        (
            'ttp:timeBase="smpte" ttp:dropMode="dropNTSC" ttp:frameRate="30" '
            'ttp:frameRateMultiplier="1000 1001"',
            *("00:10:00:00", "00:10:01:00", (600_000, 601_000)),
        ),
        ('ttp:tickRate="10000000"', "10000000t", "20000000t", (1000, 2000)),
    ],
)
def test_times_are_read_in_all_their_forms(
    root: str, begin: str, end: str, times: tuple[int, int]
) -> None:
    document = _read(f'<body><div><p begin="{begin}" end="{end}">a</p></div></body>', root=root)
    assert [(cue.start, cue.end) for cue in document.cues] == [times]


@pytest.mark.parametrize(
    ("body", "cues"),
    [
        (
            '<div begin="5s" end="9s"><p begin="1s" dur="9s">a</p></div>',
            [(16_000, 19_000, "a")],
        ),
        (
            '<div timeContainer="seq"><p dur="1s">a</p><p begin="1s" dur="1s">b</p></div>',
            [(10_000, 11_000, "a"), (12_000, 13_000, "b")],
        ),
        (
            '<div><p tts:fontStyle="italic"><span end="1s">a </span><span begin="1s" end="2s"> b'
            "</span></p></div>",
            [(10_000, 11_000, "<i>a</i>"), (11_000, 12_000, "<i>b</i>")],
        ),
        ("<div><p>a</p></div>", [(10_000, 20_000, "a")]),
    ],
)
def test_times_are_those_within_the_parent(body: str, cues: list[tuple[int, int, str]]) -> None:
    document = _read(f'<body begin="10s" end="20s">{body}</body>')
    assert [(cue.start, cue.end, cue.text) for cue in document.cues] == cues
    assert document.notices == ()


def test_lines_styles_and_ruby_are_kept() -> None:
    head = '<styling><style xml:id="s" tts:fontStyle="italic"/></styling>'
    body = """<body><div><p begin="1s" end="2s">
        one <span style="s">two <span tts:fontWeight="bold">three</span></span><br/>
        &lt;four&gt; <span tts:textDecoration="underline">&amp;</span>
        <span tts:ruby="container"><span tts:ruby="base">漢</span
        ><span tts:ruby="text">かん</span></span>
    </p></div></body>"""
    document = _read(body, head=head)
    assert document.cues[0].text == (
        "one <i>two <b>three</b></i>\n&lt;four&gt; <u>&amp;</u> <ruby>漢<rt>かん</rt></ruby>"
    )
    assert document.notices == ()


@pytest.mark.parametrize(
    ("origin", "extent", "display", "align", "place"),
    [
        ("10% 80%", "80% 10%", "before", "center", ""),
        ("10% 10%", "80% 10%", "before", "center", "line:10%"),
        ("0% 0%", "100% 100%", "after", "", ""),
        ("64px 0px", "320px 24px", "before", "start", "line:0% position:10% align:left"),
        ("16c 6c", "16c 3c", "center", "right", "line:50% align:right"),
    ],
)
def test_regions_become_places(
    origin: str, extent: str, display: str, align: str, place: str
) -> None:
    region = f'tts:origin="{origin}" tts:extent="{extent}" tts:displayAlign="{display}"'
    region += f' tts:textAlign="{align}"' if align else ""
    head = f'<layout><region xml:id="r" {region}/></layout>'
    body = '<body><div><p region="r" begin="1s" end="2s">a</p></div></body>'
    document = _read(body, head=head, root='tts:extent="640px 480px"')
    assert document.cues == (Cue(1000, 2000, "a", place),)


def test_what_is_left_out_is_told() -> None:
    head = '<styling><style xml:id="s" tts:color="red"/></styling><layout><region xml:id="r" '
    head += 'tts:color="red"/></layout>'
    text = '<span tts:color="red" style="s">a</span>'
    body = f'<body><div><p begin="2h" end="3h">{text}</p></div></body>'
    told = {one.code: dict(one.details) for one in _read(body, head=head).notices}
    assert told == {
        "captions_styles_dropped": {"count": 2, "line": 3},
        "captions_styling_dropped": {"count": 1, "line": 4},
        "captions_start_late": {"hours": 2},
    }


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ('<body><div>\n<p begin="x" end="2s">a</p></div></body>', "captions_time_invalid", 5),
        ('<body><div>\n<p begin="2s" end="1s">a</p></div></body>', "captions_time_reversed", 5),
        ('<body><div>\n<p begin="2s">a</p></div></body>', "captions_time_invalid", 5),
        ("<body><div>\nhello</div></body>", "captions_text_without_times", 5),
        ("<body>\n</div>", "captions_line_unknown", 5),
        ("<body>\n&nbsp;</body>", "captions_line_unknown", 5),
        ("<div>" * 100 + "</div>" * 100, "captions_line_unknown", 4),
    ],
)
def test_a_wrong_line_is_named(body: str, code: str, line: int) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        _read(body)
    assert caught.value.code == "captions_malformed"
    assert (caught.value.errors[0].line, caught.value.errors[0].code) == (line, code)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE tt [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE tt SYSTEM "http://127.0.0.1/a.dtd">',
        "<!DOCTYPE tt [" + '<!ENTITY a "a"><!ENTITY b "&a;&a;&a;&a;&a;&a;">' + "]>",
    ],
)
def test_a_document_type_is_refused_before_anything_of_it_is_read(doctype: str) -> None:
    body = '<body><div><p begin="1s" end="2s">&a;</p></div></body></tt>'
    with pytest.raises(CaptionsUnreadable) as caught:
        read(f"{doctype}{ROOT.format('')}{body}".encode())
    assert caught.value.code == "captions_document_type"


def test_captions_as_pictures_are_refused() -> None:
    smpte = "http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt"
    for body in (
        '<body><div><image src="a.png"/></div></body>',
        f'<body><div xmlns:s="{smpte}" s:backgroundImage="#a"/></body>',
    ):
        with pytest.raises(CaptionsUnreadable) as caught:
            _read(body)
        assert caught.value.code == "captions_pictures"


def test_old_namespaces_and_declared_encodings_are_read() -> None:
    text = (
        '<?xml version="1.0" encoding="windows-1251"?><tt xmlns="http://www.w3.org/2006/10/ttaf1">'
        '<body><div><p begin="0:00:01.00" end="00:00:02">привет</p></div></body></tt>'
    )
    document = read(text.replace("0:00:01.00", "00:00:01.00").encode("cp1251"))
    assert document.cues == (Cue(1000, 2000, "привет"),)
    assert document.notices == ()
