"""Words become cues that can be read while they are spoken."""

from __future__ import annotations

from itertools import zip_longest

from hypothesis import given
from hypothesis import strategies as st

from processing.captions.document import Cue, Word
from processing.speech.captions import columns, document


def spoken(text: str, *, start: int = 0, each: int = 300, gap: int = 40) -> list[Word]:
    """The words of a text, spoken one after the other; `|` is a pause of half a second."""
    words: list[Word] = []
    for one in text.split():
        if one == "|":
            start += 500
            continue
        words.append(Word(start, start + each, f" {one}"))
        start += each + gap
    return words


def texts(words: list[Word]) -> list[str]:
    return [cue.text for cue in document(words).cues]


def test_nothing_said_makes_no_cue() -> None:
    assert document([]).cues == ()


def test_a_sentence_is_a_cue_with_the_times_of_its_words() -> None:
    words = spoken("Hello there.", start=2000)
    assert document(words).cues == (
        Cue(
            2000, 3000, "Hello there.",
            words=(Word(2000, 2300, "Hello"), Word(2340, 2640, "there.")),
        ),
    )  # fmt: skip


def test_cues_end_where_sentences_do() -> None:
    said = "This is the first sentence of the two. And this one is the second."
    assert texts(spoken(said)) == [
        "This is the first sentence of the two.",
        "And this one is the second.",
    ]


def test_cues_end_where_the_speaker_pauses() -> None:
    said = (
        "so we took the early train to the coast with all of our bags | "
        "and then we walked along the beach until it was dark"
    )
    assert texts(spoken(said, each=200)) == [
        "so we took the early train to\nthe coast with all of our bags",
        "and then we walked along\nthe beach until it was dark",
    ]


def test_a_long_pause_ends_a_cue_within_a_sentence() -> None:
    words = [*spoken("Wait for"), *spoken("it.", start=3000)]
    assert texts(words) == ["Wait for", "it."]


def test_a_long_text_breaks_at_the_comma() -> None:
    said = "When they had all gone home again, nobody knew what to say."
    assert texts(spoken(said, each=150)) == [
        "When they had all gone home again,\nnobody knew what to say."
    ]


def test_languages_without_blanks_are_joined_without() -> None:
    words = [Word(200 * at, 200 * at + 200, one) for at, one in enumerate("今日はいい天気ですね。")]
    assert texts(words) == ["今日はいい天気ですね。"]


def test_a_word_wider_than_a_line_is_taken_apart() -> None:
    cues = document([Word(0, 4000, " " + "天" * 100)]).cues
    assert "".join(cue.text for cue in cues).replace("\n", "") == "天" * 100
    assert all(columns(line) <= 42 for cue in cues for line in cue.text.split("\n"))


def test_what_looks_like_markup_is_text() -> None:
    assert texts(spoken("<i>R&D</i>")) == ["&lt;i&gt;R&amp;D&lt;/i&gt;"]


def test_a_word_that_is_heard_for_a_minute_is_shown_for_seven_seconds() -> None:
    (cue,) = document([Word(0, 60_000, " la")]).cues
    assert (cue.start, cue.end) == (0, 7000)
    assert cue.words == (Word(0, 7000, "la"),)


word = st.tuples(
    st.text(st.sampled_from("ab.,天&<"), min_size=1, max_size=60),
    st.integers(min_value=0, max_value=2500),
    st.integers(min_value=0, max_value=9000),
    st.booleans(),
)


@given(st.lists(word, max_size=60))
def test_whatever_is_heard_cues_fit_and_do_not_overlap(
    said: list[tuple[str, int, int, bool]],
) -> None:
    at, words = 0, []
    for text, later, length, apart in said:
        at += later
        words.append(Word(at, at + length, f" {text}" if apart else text))
    cues = document(words).cues
    plain = "".join(cue.text for cue in cues).replace("&amp;", "&").replace("&lt;", "<")
    assert "".join(plain.split()) == "".join(text for text, *_ in said)
    for cue, following in zip_longest(cues, cues[1:]):
        assert cue.start < cue.end <= cue.start + 7000
        lines = cue.text.replace("&amp;", "&").replace("&lt;", "<").split("\n")
        assert len(lines) <= 2
        assert all(columns(line) <= 42 for line in lines)
        assert following is None or cue.end <= following.start
        assert all(cue.start <= one.start <= one.end <= cue.end for one in cue.words)
        starts = [one.start for one in cue.words]
        assert starts == sorted(starts)


def test_ten_hours_of_speech_are_divided_in_seconds() -> None:
    words = spoken("and then he said that they would come again " * 2000)
    cues = document(words).cues
    assert all(1000 <= cue.end - cue.start <= 7000 for cue in cues)
