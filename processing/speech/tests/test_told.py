"""What an engine says is checked as if a stranger said it."""

from __future__ import annotations

import json

import pytest

from processing.captions.document import Word
from processing.speech.told import Told, ToldNonsense


def heard(*words: list[object], until: int = 0, language: str = "en") -> bytes:
    return json.dumps({"until": until, "language": language, "words": words}).encode() + b"\n"


def test_lines_may_come_in_any_parts() -> None:
    told = Told(5000)
    for byte in heard([1, 2, " Hello"], until=7) + heard([3, 4, " there"], until=9):
        told.write(bytes([byte]))
    assert told.words == [Word(1, 2, " Hello"), Word(3, 4, " there")]
    assert (told.until, told.language) == (9, "en")


def test_words_lie_within_the_sound_and_begin_in_order() -> None:
    told = Told(1000)
    told.write(heard([-5, 200, " a"], [900, 800, " b"], [100, 99_999, " c"], until=99_999))
    assert told.words == [Word(0, 200, " a"), Word(900, 900, " b"), Word(900, 1000, " c")]
    assert told.until == 1000


def test_characters_that_no_text_may_have_are_removed() -> None:
    told = Told(1000)
    told.write(heard([0, 1, " a\x00b\ud800\u202e"], [2, 3, "\x00"]))
    assert told.words == [Word(0, 1, " ab")]


@pytest.mark.parametrize(
    ("said", "kept"),
    [("de", "de"), ("pt-BR", "pt-BR"), ("<b>", "en"), ("x" * 99, "en")],
)
def test_a_language_is_a_tag_or_that_from_before(said: str, kept: str) -> None:
    told = Told(1000)
    told.write(heard(language="en") + heard(language=said))
    assert told.language == kept


@pytest.mark.parametrize(
    "line", [b"no json\n", b"[1]\n", b'{"until": 1}\n', heard([1, 2]), heard(["a", 2, "b"])]
)
def test_nonsense_is_refused(line: bytes) -> None:
    with pytest.raises(ToldNonsense):
        Told(1000).write(line)


def test_a_line_without_end_is_refused() -> None:
    told = Told(1000)
    with pytest.raises(ToldNonsense):
        for _ in range(40):
            told.write(b"x" * 65_536)
