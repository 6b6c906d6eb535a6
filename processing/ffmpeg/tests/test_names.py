"""Names that strangers give, as they are shown and compared."""

import pytest

from processing.ffmpeg import names


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (" By the sea ", "By the sea"),
        ("One\nline", "One line"),
        ("a\tb\x85c\u2028d", "a b c d"),
        ("a\0b\x1b[31m", "ab[31m"),
        ("a\u202eb", "ab"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\U000fffff", "\U000fffff"),
    ],
)
def test_a_name_is_one_line_that_harms_no_other_text(given: str, shown: str) -> None:
    assert names.shown(given) == shown


@pytest.mark.parametrize("given", ["\u200b", "\ufeff\u2060", "\u00a0\u3000", "\u200d \u00ad", "\n"])
def test_a_name_of_which_nothing_is_seen_is_none(given: str) -> None:
    assert names.shown(given) == ""


def test_names_that_look_the_same_are_the_same() -> None:
    assert names.composed("e\u0301te\u0301") == names.composed("été") == "été"
