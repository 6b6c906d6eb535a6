"""Cues are moved in time without losing a word that is shown."""

from processing.captions.document import Cue, Word
from processing.captions.limits import MOST_MS
from processing.captions.shifting import shifted

ONE = Cue(1000, 3000, "one <b>two</b>", identifier="a")
TWO = Cue(4000, 5000, "a<00:00:04.500>b", "line:0", words=(Word(4000, 4400, "a"),))


def test_all_cues_are_shifted_with_the_times_of_their_words() -> None:
    moved = shifted((ONE, TWO), 500)
    assert [(cue.start, cue.end) for cue in moved] == [(1500, 3500), (4500, 5500)]
    assert moved[1].text == "a<00:00:05.000>b"
    assert moved[1].words == (Word(4500, 4900, "a"),)
    assert shifted(moved, -500) == (ONE, TWO)


def test_a_cue_begins_with_the_video_at_the_earliest() -> None:
    assert shifted((ONE, TWO), -2000)[0] == Cue(0, 1000, ONE.text, identifier="a")
    assert shifted((ONE, TWO), -4600) == (Cue(0, 400, "ab", "line:0"),)
    assert shifted((ONE,), MOST_MS) == ()
