"""SCC and EBU STL, the formats of broadcasters."""

from __future__ import annotations

import pytest

from processing.captions import notices
from processing.captions.document import Cue
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read

SCC = "Scenarist_SCC V1.0\n\n"
HELLO = "9420 9420 9470 9470 91ae 91ae c8e5 ecec ef80 942f 942f"
CLEAR = "942c 942c"


def test_captions_of_scc_have_times_places_and_italics() -> None:
    world = "9420 9420 9140 9140 f7ef f2ec 6480 942f 942f"
    told = ((1, HELLO), (3, CLEAR), (4, world), (6, CLEAR))
    lines = [f"00:00:{second:02}:00\t{codes}\n\n" for second, codes in told]
    document = read((SCC + "".join(lines)).encode())
    first, second = document.cues
    assert (first.text, first.settings) == ("<i>Hello</i>", "position:10% align:left")
    assert (second.text, second.settings) == ("world", "line:11% position:10% align:left")
    # Both are counted in frames of 29.97 a second, and are drawn before they are shown.
    assert (first.start, first.end, second.start, second.end) == (1301, 3003, 4238, 6006)
    assert document.notices == ()


def test_captions_that_roll_up_stay_until_the_next() -> None:
    lines = [
        "00:00:06:00\t9425 9425 94ad 94ad 9470 9470 c1c2 c380",
        "00:00:07:00\t9425 9425 94ad 94ad 9470 9470 c4c5 4680",
    ]
    document = read((SCC + "\n\n".join(lines)).encode())
    assert [cue.text for cue in document.cues] == ["ABC", "ABC\nDEF"]
    assert document.cues[0].end == document.cues[1].start
    (guessed,) = document.notices
    assert guessed.code == "captions_end_guessed"
    assert "line" not in notices.sentence(guessed)


@pytest.mark.parametrize(
    "line", ["00:00:01:00 9420", "00:00:01:00\t942", "hello", "00:00:61:00\t9420"]
)
def test_a_wrong_line_of_scc_is_named(line: str) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(f"{SCC}00:00:01:00\t{HELLO}\n{line}\n".encode())
    assert [(one.line, one.code) for one in caught.value.errors] == [(4, "captions_line_unknown")]


def test_a_second_channel_and_a_late_clock_are_told() -> None:
    second = "1c20 1c20 1c70 1c70 c8e5 ecec ef80 1c2f 1c2f"
    text = f"{SCC}01:00:01:00\t{HELLO}\n\n01:00:02:00\t{second}\n\n01:00:03:00\t{CLEAR}\n"
    document = read(text.encode())
    assert [cue.text for cue in document.cues] == ["<i>Hello</i>"]
    told = {one.code: dict(one.details) for one in document.notices}
    assert told == {"captions_channels_dropped": {}, "captions_start_late": {"hours": 1}}


def _header(
    *, rate: bytes = b"STL25.01", table: bytes = b"00", start: bytes = b"10000000"
) -> bytes:
    data = bytearray(b" " * 1024)
    data[0:16] = b"850" + rate + b"1" + table + b"09"
    data[253:255] = b"23"
    data[256:264] = start
    return bytes(data)


def _block(
    text: bytes,
    *,
    begin: int = 1,
    end: int = 2,
    last: int = 0xFF,
    row: int = 20,
    align: int = 2,
    comment: int = 0,
) -> bytes:
    times = bytes([10, 0, begin, 5, 10, 0, end, 0])
    head = bytes([0, 1, 0, last, 0]) + times + bytes([row, align, comment])
    return head + text.ljust(112, b"\x8f")


def test_ebu_stl_is_read_from_the_start_of_the_programme() -> None:
    blocks = [
        _block(b"\x0d\x07\x0b\x0bCaf\xc2e \x80\xc8u\x81 & <b>\x0a\x0a\x8a\x8a\x82two\x83"),
        _block(b"top", begin=3, end=4, row=2, align=1),
        _block(b"hidden", comment=1),
    ]
    document = read(_header() + b"".join(blocks))
    assert document.cues == (
        Cue(1200, 2000, "Café <i>ü</i> &amp; &lt;b&gt;\n<u>two</u>"),
        Cue(3200, 4000, "top", "line:0 align:left"),
    )
    assert {one.code for one in document.notices} == {"captions_comments_dropped"}


def test_a_text_over_several_blocks_is_one_cue() -> None:
    blocks = _block(b"a" * 112, last=0) + _block(b"b")
    assert [cue.text for cue in read(_header() + blocks).cues] == ["a" * 112 + "b"]


def test_other_alphabets_and_clocks_are_read() -> None:
    data = _header(table=b"01", start=b"        ") + _block("Привет".encode("iso8859_5"))
    assert read(data).cues == (Cue(36_001_200, 36_002_000, "Привет"),)
    after = read(_header(start=b"11000000") + _block(b"a"))
    assert after.cues[0].start == 36_001_200


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (_block(b"a", begin=61), "captions_time_invalid", 2),
        (_block(b"a", begin=9), "captions_time_reversed", 2),
        (b"x" * 50, "captions_line_unknown", 2),
    ],
)
def test_a_wrong_block_of_ebu_stl_is_named(data: bytes, code: str, line: int) -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(_header() + _block(b"a") + data)
    assert [(one.line, one.code) for one in caught.value.errors] == [(line, code)]


def test_an_unknown_frame_rate_is_refused() -> None:
    with pytest.raises(CaptionsUnreadable) as caught:
        read(_header(rate=b"STL99.01") + _block(b"a"))
    assert caught.value.code == "captions_frame_rate_unknown"
