"""SRT (SubRip): no standard has it, so whatever follows a line of times is its text."""

from __future__ import annotations

import re
from itertools import pairwise

from processing.captions import settings, timing
from processing.captions.characters import lines_of
from processing.captions.draft import Draft

# Some editors write spaces within a time, or a point before the milliseconds. SubRip itself may
# write where a cue stands behind the times.
_TIME = r"(?:\d{1,4} ?: ?)?\d{1,2} ?: ?\d{1,2}(?: ?[,.:] ?\d{1,9})?"
_TIMING = re.compile(
    rf"\s{{0,9}}({_TIME})\s{{0,9}}-?->\s{{0,9}}({_TIME})(?:\s+(\S.*))?\s*", re.ASCII
)
_ARROW = re.compile(r"\s{0,9}-?\d{1,9} ?:[^-]{0,40}-?->")
_PLACE = re.compile(r"\{\\an?(\d{1,2})\}")
_ASS_TAG = re.compile(r"\{\\[^{}\n]{1,200}\}")
_ASS_STYLE = re.compile(r"\{\\([biu])([01])\}")
_BRACED = re.compile(r"\{(/?)([biuBIU])\}")


def is_it(text: str) -> bool:
    """Whether one of the first lines has the times of a cue."""
    return any(_TIMING.fullmatch(line) for line in lines_of(text[:8192])[:20])


def read(text: str, draft: Draft) -> None:
    """Read a file into the draft."""
    lines = lines_of(text.lstrip("\ufeff"))
    timed = [
        at for at, line in enumerate(lines) if _ARROW.match(line) or _is_where_times_are(lines, at)
    ]
    _before(lines[: timed[0]] if timed else lines, draft)
    for at, after in pairwise([*timed, len(lines)]):
        _cue(at + 1, lines[at], _text(lines[at + 1 : after], last=after == len(lines)), draft)


def _is_where_times_are(lines: list[str], at: int) -> bool:
    """Return whether a line with an arrow follows the number of a cue, so that it is no text
    however odd its times are."""
    numbered = at > 0 and lines[at - 1].strip().isdecimal()
    return "-->" in lines[at] and numbered and (at == 1 or not lines[at - 2].strip())


def _before(lines: list[str], draft: Draft) -> None:
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.strip().isdecimal():
            return draft.wrong(number, "captions_text_without_times")
    return None


def _text(lines: list[str], *, last: bool) -> list[str]:
    """Return the text between two lines of times, without the number of the next cue."""
    end = _filled(lines, len(lines))
    numbered = end > 0 and lines[end - 1].strip().isdecimal()
    if not last and numbered and (end == 1 or not lines[end - 2].strip()):
        end = _filled(lines, end - 1)
    return lines[:end]


def _filled(lines: list[str], end: int) -> int:
    """Return how many lines there are up to the last that is not empty."""
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _cue(number: int, line: str, lines: list[str], draft: Draft) -> None:
    found = _TIMING.fullmatch(line)
    if found is None:
        return draft.wrong(number, "captions_time_invalid")
    if found[3]:
        draft.notice("captions_settings_dropped", number)
    text = "\n".join(lines)
    place = _PLACE.search(text)
    told = settings.PLACES.get(_key(place), "") if place else ""
    return draft.add(
        number, _time(found[1]), _time(found[2]), _with_tags(text, number, draft), settings=told
    )


def _time(text: str) -> int | None:
    clock, _, fraction = text.replace(" ", "").replace(",", ".").partition(".")
    if clock.count(":") == 3:
        clock, _, fraction = clock.rpartition(":")
    return timing.read(f"{clock}.{fraction or 0}")


def _key(place: re.Match[str]) -> int:
    return key(int(place[1]), old="an" not in place[0])


def key(number: int, *, old: bool) -> int:
    r"""Return the key of the number pad for `\an`, or for the `\a` of SSA, if it is ``old``."""
    if not old:
        return number
    row = {0: 0, 4: 6, 8: 3}.get(number & 12, 0)
    return row + (number & 3)


def _with_tags(text: str, number: int, draft: Draft) -> str:
    """Return the text with tags instead of what players take from ASS."""
    if "{" not in text:
        return text
    text = _BRACED.sub(lambda one: f"<{one[1]}{one[2].lower()}>", text)
    text = _ASS_STYLE.sub(lambda one: f"<{'' if one[2] == '1' else '/'}{one[1]}>", text)
    bare = _PLACE.sub("", text)
    kept = _ASS_TAG.sub("", bare)
    if kept != bare:
        draft.notice("captions_styling_dropped", number)
    return kept
