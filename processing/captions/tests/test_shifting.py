"""Cues are moved without losing a word."""

import pytest

from processing.captions.document import Cue, Word
from processing.captions.shifting import CuesAfterEnd, CuesBeforeStart, shift

ONE = Cue(1000, 3000, "one <b>two three</b> four", identifier="a")
TWO = Cue(4000, 5000, "a<00:00:04.500>b", "line:0", words=(Word(4000, 4400, "a"),))


def test_all_cues_are_shifted_with_the_times_of_their_words() -> None:
    moved = shift((ONE, TWO), 500).cues
    assert [(cue.start, cue.end) for cue in moved] == [(1500, 3500), (4500, 5500)]
    assert moved[1].text == "a<00:00:05.000>b"
    assert moved[1].words == (Word(4500, 4900, "a"),)
    assert shift(moved, -500).cues == (ONE, TWO)


def test_cues_before_the_beginning_are_refused_or_cut_and_told() -> None:
    with pytest.raises(CuesBeforeStart) as caught:
        shift((ONE, TWO), -2000)
    assert caught.value.count == 1
    assert shift((ONE, TWO), -2000, cut=True).cut == 1
    shifted = shift((ONE, TWO), -4600, cut=True)
    assert (shifted.cut, shifted.dropped) == (1, 1)
    assert shifted.cues == (Cue(0, 400, "ab", "line:0"),)


def test_cues_after_the_latest_time_are_refused() -> None:
    with pytest.raises(CuesAfterEnd):
        shift((ONE,), 2**31)
