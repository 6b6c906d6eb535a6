"""Cues are moved, split and joined without losing a word, and what a client sends is checked."""

from typing import Any

import pytest

from processing.captions import editing, markup, writing
from processing.captions.document import Cue, Document, Word

ONE = Cue(1000, 3000, "one <b>two three</b> four", identifier="a")
TWO = Cue(4000, 5000, "a<00:00:04.500>b", "line:0", words=(Word(4000, 4400, "a"),))


def _codes(caught: pytest.ExceptionInfo[editing.EditRefused]) -> list[tuple[int, str, str]]:
    assert all(one.message for one in caught.value.errors)
    return [(one.number, one.member, one.code) for one in caught.value.errors]


def test_all_cues_are_shifted_with_the_times_of_their_words() -> None:
    moved = editing.shift((ONE, TWO), 500).cues
    assert [(cue.start, cue.end) for cue in moved] == [(1500, 3500), (4500, 5500)]
    assert moved[1].text == "a<00:00:05.000>b"
    assert moved[1].words == (Word(4500, 4900, "a"),)
    assert editing.shift(moved, -500).cues == (ONE, TWO)


def test_cues_before_the_beginning_are_refused_or_cut_and_told() -> None:
    with pytest.raises(editing.EditRefused) as caught:
        editing.shift((ONE, TWO), -2000)
    assert _codes(caught) == [(0, "start_ms", "captions_before_start")]
    assert editing.shift((ONE, TWO), -2000, cut=True).cut == 1
    shifted = editing.shift((ONE, TWO), -4600, cut=True)
    assert (shifted.cut, shifted.dropped) == (1, 1)
    assert shifted.cues == (Cue(0, 400, "ab", "line:0"),)
    with pytest.raises(editing.EditRefused):
        editing.shift((ONE,), 2**31)


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        (1300, "one", "<b>two three</b> four"),
        (2000, "one <b>two</b>", "<b>three</b> four"),
        (2999, "one <b>two three</b>", "four"),
    ],
)
def test_a_cue_is_split_between_words_and_its_tags_stay(at: int, before: str, after: str) -> None:
    made = editing.split((ONE, TWO), 0, at)
    assert made[:2] == (Cue(1000, at, before, identifier="a"), Cue(at, 3000, after))
    assert made[2] == TWO


def test_a_cue_is_split_where_its_word_times_say() -> None:
    said = (Word(0, 900, "slow"), Word(900, 950, "very"), Word(950, 1000, "quick"))
    made = editing.split((Cue(0, 1000, "slow very quick", words=said),), 0, 900)
    assert [(cue.text, len(cue.words)) for cue in made] == [("slow", 1), ("very quick", 2)]
    assert [cue.text for cue in editing.split((TWO,), 0, 4500)] == ["a", "b"]


def test_what_cannot_be_split_or_joined_is_refused() -> None:
    for at, code in ((1000, "captions_split_outside"), (3000, "captions_split_outside")):
        with pytest.raises(editing.EditRefused) as caught:
            editing.split((ONE,), 0, at)
        assert _codes(caught) == [(0, "at", code)]
    with pytest.raises(editing.EditRefused) as caught:
        editing.split((Cue(0, 10, "<i>word</i>"),), 0, 5)
    assert _codes(caught) == [(0, "text", "captions_split_empty")]
    with pytest.raises(editing.EditRefused):
        editing.split((ONE,), 1, 5)
    with pytest.raises(editing.EditRefused):
        editing.join((ONE,), 0)
    with pytest.raises(editing.EditRefused):
        editing.join((Cue(0, 1, "a" * 3000), Cue(1, 2, "a" * 3000)), 0)


def test_two_cues_are_joined() -> None:
    (made,) = editing.join((ONE, TWO), 0)
    text = "one <b>two three</b> four\na<00:00:04.500>b"
    assert made == Cue(1000, 5000, text, identifier="a", words=TWO.words)


def test_a_split_cue_is_joined_again_with_all_its_words() -> None:
    (made,) = editing.join(editing.split((ONE,), 0, 2000), 0)
    assert markup.plain(made.text).split() == markup.plain(ONE.text).split()


def test_what_is_written_as_json_is_taken_again_and_keeps_its_word_times() -> None:
    data = writing.cues_json(Document((ONE, TWO)))
    assert editing.cues(data[::-1], before=(TWO,)) == (ONE, TWO)
    assert editing.cues(data)[1].words == ()


GOOD = {"start_ms": 0, "end_ms": 1, "text": "a"}


@pytest.mark.parametrize(
    ("change", "member", "code"),
    [
        ({"start_ms": -1}, "start_ms", "captions_time_not_whole"),
        ({"start_ms": True}, "start_ms", "captions_time_not_whole"),
        ({"end_ms": 1.5}, "end_ms", "captions_time_not_whole"),
        ({"end_ms": 2**31}, "end_ms", "captions_time_not_whole"),
        ({"end_ms": 0}, "end_ms", "captions_time_reversed"),
        ({"text": ""}, "text", "captions_text_empty"),
        ({"text": None}, "text", "captions_text_empty"),
        ({"text": "<b>\x00</b>"}, "text", "captions_text_empty"),
        ({"text": "a" * 5001}, "text", "captions_cue_too_long"),
        ({"text": "<" * 5000}, "text", "captions_cue_too_long"),
        ({"settings": "line:x"}, "settings", "captions_settings_invalid"),
        ({"settings": "region:none"}, "settings", "captions_settings_invalid"),
        ({"settings": 1}, "settings", "captions_settings_invalid"),
        ({"identifier": "a\nb"}, "identifier", "captions_identifier_invalid"),
        ({"identifier": "-->"}, "identifier", "captions_identifier_invalid"),
        ({"number": 3}, "number", "captions_member_unknown"),
    ],
)
def test_a_wrong_member_is_named(change: dict[str, Any], member: str, code: str) -> None:
    with pytest.raises(editing.EditRefused) as caught:
        editing.cues([GOOD, {**GOOD, **change}])
    assert _codes(caught) == [(1, member, code)]


def test_missing_members_and_too_many_cues_are_refused() -> None:
    with pytest.raises(editing.EditRefused) as caught:
        editing.cues([{"text": "a"}])
    assert {code for _, _, code in _codes(caught)} == {"captions_member_missing"}
    with pytest.raises(editing.EditRefused) as caught:
        editing.cues([GOOD] * 50_001)
    assert [code for _, _, code in _codes(caught)] == ["captions_too_many"]
    with pytest.raises(editing.EditRefused) as caught:
        editing.cues([{}] * 1000)
    assert len(caught.value.errors) == 20


def test_a_text_from_a_client_is_sanitized_and_a_known_region_kept() -> None:
    sent = {**GOOD, "text": "<script>a\n\n<b>b", "settings": "region:fred"}
    (made,) = editing.cues([sent], regions="REGION\nid:fred")
    assert made == Cue(0, 1, "&lt;script&gt;a\n<b>b</b>", "region:fred")
