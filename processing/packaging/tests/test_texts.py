"""The playlists of text tracks while their release grows."""

from itertools import pairwise

import pytest

from processing.packaging import texts

TARGET = 4


def segments(seconds: float, *, complete: bool) -> list[str]:
    """Return the segments of a playlist that grows: duration and name of each."""
    text = texts.media_playlist("t", seconds, complete=complete, target=TARGET, every=TARGET)
    lines = [
        line for line in text.splitlines() if not line.startswith("#EXT-X") and line != "#EXTM3U"
    ]
    return [f"{one} {other}" for one, other in zip(lines[::2], lines[1::2], strict=True)]


@pytest.mark.parametrize("seconds", [0, 1, 3.9])
def test_a_playlist_that_grows_has_a_segment_from_the_beginning(seconds: float) -> None:
    assert segments(seconds, complete=False) == ["#EXTINF:4.000000, t-4-0.vtt"]


def test_what_is_listed_stays_while_the_release_grows() -> None:
    states = [segments(seconds, complete=False) for seconds in (1, 4, 8, 11.9, 12)]
    states.append(segments(14.5, complete=True))
    for state, later in pairwise(states):
        assert later[: len(state)] == state
    assert states[-1][-1] == "#EXTINF:2.500000, t-4-3.vtt"
