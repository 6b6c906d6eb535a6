"""Chapters come from a description, a source or a file, and reach from one to the next."""

from fractions import Fraction

import pytest

from processing.captions import chapters
from processing.captions.document import Cue
from processing.ffmpeg.media import Chapter

MINUTE = 60_000


@pytest.mark.parametrize(
    "lines",
    [
        "0:00 Intro\n0:30 Part <1>\n1:00:00 - End",
        "Hello!\n\n00:00 - Intro\r\n00:30 – Part <1>\r\n01:00:00: End\r\nBye",  # noqa: RUF001
        "(0:00) Intro\n[0:30] Part <1>\n1:00:00 | End",
        "- 0:00 Intro\n* 0:30 Part <1>\n• 1:00:00 End",
        "1. 0:00 Intro\n2) 0:30 Part <1>\n3. 1:00:00 End",
        "Intro 0:00\nPart <1> - 0:30\nEnd (1:00:00)",
        "Live every Friday at 20:00\n19:30 doors\n0:00 Intro\n0:30 Part <1>\n1:00:00 End",
    ],
)
def test_lines_of_a_description_are_chapters(lines: str) -> None:
    found = chapters.from_description(lines, 70 * MINUTE)
    assert found is not None
    assert found.cues == (
        Cue(0, 30_000, "Intro"),
        Cue(30_000, 60 * MINUTE, "Part &lt;1&gt;"),
        Cue(60 * MINUTE, 70 * MINUTE, "End"),
    )


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "0:00 a\n0:30 b",  # too few
        "0:01 a\n0:30 b\n1:00 c",  # not from the beginning
        "0:00 a\n1:00 b\n0:30 c",  # not in order
        "0:00 a\n0:05 b\n1:00 c",  # too short
        "0:00 a\n0:30 b\n2:30:00 c",  # after the end
        "0:00 a\n0:30 b\n69:55 c",  # too close to it
        "0:00\n0:30\n1:00",  # no titles
        "We meet at 9:00 and 10:00.\n0:99 b\n1:00 c",
    ],
)
def test_other_lists_are_none(lines: str) -> None:
    assert chapters.from_description(lines, 70 * MINUTE) is None


@pytest.mark.parametrize("part", ["0", "0:00 ", "-", " ", "(", "0:00:", "a 0:00", "\n0:00 a"])
def test_a_hostile_description_takes_no_time(part: str) -> None:
    assert chapters.from_description(part * 50_000, MINUTE) is None


def test_chapters_of_a_source_are_counted_from_the_beginning_of_the_video() -> None:
    told = [
        Chapter(0, 5, "before"),
        Chapter(10, 20, ""),
        Chapter(25, 30, "b\n\x00c"),
        Chapter(99, 100, "z"),
    ]
    found = chapters.from_media(told, Fraction(8), 30_000)
    assert found is not None
    assert found.cues == (Cue(2000, 17_000, "Chapter 2"), Cue(17_000, 30_000, "b c"))
    assert chapters.from_media([], Fraction(0), 1000) is None
    begun = chapters.from_media([Chapter(0, 20, "a")], Fraction(8), 30_000)
    assert begun is not None
    assert begun.cues == (Cue(0, 30_000, "a"),)
