"""Change cues: move them in time, split and join them, and check those that a client sends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from processing.captions import limits, markup, settings, timing
from processing.captions.characters import clean
from processing.captions.document import Cue, Word
from processing.captions.errors import SENTENCES

Cues = tuple[Cue, ...]

MESSAGES: Mapping[str, str] = {
    "captions_before_start": "The cue would begin before the video does. Shift by less, or allow "
    "that cues are cut.",
    "captions_after_end": "The cue would end after the latest time there is.",
    "captions_split_outside": "The cue is not shown at this time. Choose one between its start and "
    "its end.",
    "captions_split_empty": "The cue has a single word, which cannot be split.",
    "captions_join_one": "There is no cue after this one to join it with.",
    "captions_number_unknown": "There is no cue with this number.",
    "captions_text_empty": "A cue needs a text. Delete the cue instead.",
    "captions_member_unknown": "A cue has no such member.",
    "captions_member_missing": "The member is required.",
    "captions_settings_invalid": "These are no settings of a WebVTT cue. Write them like "
    "`line:0 align:left`.",
    "captions_identifier_invalid": "An identifier is one line of up to 200 characters without an "
    "arrow.",
    "captions_time_not_whole": "Times are whole milliseconds from 0 on.",
    "captions_time_reversed": SENTENCES["captions_time_reversed"],
    "captions_cue_too_long": SENTENCES["captions_cue_too_long"],
    "captions_too_many": "A track may have 50,000 cues.",
}
"""What to do, by the code of an edit that cannot be made."""

_MEMBERS = frozenset(("start_ms", "end_ms", "text", "settings", "identifier"))
_INNER_TIME = re.compile(r"<(\d{2,}:\d\d:\d\d\.\d{3})>", re.ASCII)


@dataclass(frozen=True)
class CueError:
    """What is wrong with a member of a cue; ``number`` is the cue's place in the list, from 0, and
    ``member`` is empty where the cue as a whole is meant."""

    number: int
    member: str
    code: str

    @property
    def message(self) -> str:
        """The sentence that people read."""
        return MESSAGES[self.code]


class EditRefused(Exception):
    """Raised when an edit would lose something or make a cue that cannot be shown; ``errors`` (at
    most 20) name the cues."""

    def __init__(self, *errors: CueError) -> None:
        self.errors = errors[: limits.MOST_ERRORS]
        super().__init__(", ".join(f"{one.number} {one.member}: {one.code}" for one in self.errors))


@dataclass(frozen=True)
class Shifted:
    """Cues at other times: ``cut`` of them begin later than they would, ``dropped`` are gone
    because they would have ended before the video begins."""

    cues: Cues
    cut: int = 0
    dropped: int = 0


def shift(cues: Sequence[Cue], by: int, *, cut: bool = False) -> Shifted:
    """Return the cues ``by`` milliseconds later, or earlier if it is negative, with the times of
    their words.

    Raises ``EditRefused`` for cues that would begin before 0, unless they may be ``cut``, and for
    those after the latest time.
    """
    early = [at for at, cue in enumerate(cues) if cue.start + by < 0]
    late = [at for at, cue in enumerate(cues) if cue.end + by > limits.MOST_MS]
    errors = [CueError(at, "start_ms", "captions_before_start") for at in early if not cut]
    errors += [CueError(at, "end_ms", "captions_after_end") for at in late]
    if errors:
        raise EditRefused(*errors)
    kept = tuple(_moved(cue, by) for cue in cues if cue.end + by > 0)
    dropped = len(cues) - len(kept)
    return Shifted(kept, cut=len(early) - dropped, dropped=dropped)


def split(cues: Sequence[Cue], number: int, at: int) -> Cues:
    """Return the cues with one (its place from 0) as two: one until ``at`` (ms), and one from then.

    Its text is divided between two words: by the times of the words if they are known, else in the
    same proportion as the time. Raises ``EditRefused``.
    """
    cue = _cue(cues, number)
    if not cue.start < at < cue.end:
        raise EditRefused(CueError(number, "at", "captions_split_outside"))
    halves = _halves(cue, at)
    if halves is None:
        raise EditRefused(CueError(number, "text", "captions_split_empty"))
    words = [tuple(w for w in cue.words if (w.start < at) == first) for first in (True, False)]
    before = replace(cue, end=at, text=halves[0], words=words[0])
    after = replace(cue, start=at, text=halves[1], words=words[1], identifier="")
    return (*cues[:number], before, after, *cues[number + 1 :])


def join(cues: Sequence[Cue], number: int) -> Cues:
    """Return the cues with one (its place from 0) and the next as one, which has the settings of
    the first. Raises ``EditRefused``."""
    first = _cue(cues, number)
    if number + 1 >= len(cues):
        raise EditRefused(CueError(number, "", "captions_join_one"))
    second = cues[number + 1]
    end = max(first.end, second.end)
    text = markup.sanitize(f"{first.text}\n{second.text}", start=first.start, end=end).text
    if len(text) > limits.MOST_CHARACTERS:
        raise EditRefused(CueError(number, "text", "captions_cue_too_long"))
    joined = replace(first, end=end, text=text, words=(*first.words, *second.words))
    return (*cues[:number], joined, *cues[number + 2 :])


def ordered(cues: Sequence[Cue]) -> Cues:
    """Return the cues in the order of a document: by start, then by end."""
    return tuple(sorted(cues, key=lambda cue: (cue.start, cue.end)))


def cues(
    data: Sequence[Mapping[str, Any]], *, before: Sequence[Cue] = (), regions: str = ""
) -> Cues:
    """Return the cues that a client sent: objects with `start_ms`, `end_ms`, `text`, and if wanted
    `settings` and `identifier`. They are sorted, and their text is sanitized.

    A cue that stood so ``before`` keeps the times of its words. Settings may name the ``regions``
    of the document. Raises ``EditRefused``.
    """
    if len(data) > limits.MOST_CUES:
        raise EditRefused(CueError(limits.MOST_CUES, "", "captions_too_many"))
    names = settings.region_names(regions)
    errors: list[CueError] = []
    made: list[Cue] = []
    for number, one in enumerate(data):
        wrong = _wrong(number, one, names)
        errors += wrong
        if not wrong:
            made.append(_made(one, names))
            errors += _too_much(number, made[-1])
        if len(errors) >= limits.MOST_ERRORS:
            break
    if errors:
        raise EditRefused(*errors)
    spoken = {(cue.start, cue.end, cue.text): cue.words for cue in before if cue.words}
    return ordered([replace(c, words=spoken.get((c.start, c.end, c.text), ())) for c in made])


def _cue(cues: Sequence[Cue], number: int) -> Cue:
    if not 0 <= number < len(cues):
        raise EditRefused(CueError(number, "", "captions_number_unknown"))
    return cues[number]


def _moved(cue: Cue, by: int) -> Cue:
    start, end = max(0, cue.start + by), cue.end + by
    text = _INNER_TIME.sub(lambda found: _inner(found[1], by), cue.text)
    words = tuple(
        Word(max(0, word.start + by), word.end + by, word.text)
        for word in cue.words
        if word.end + by > 0
    )
    kept = markup.sanitize(text, start=start, end=end).text if text != cue.text else text
    return replace(cue, start=start, end=end, text=kept, words=words)


def _inner(time: str, by: int) -> str:
    moved = (timing.read(time) or 0) + by
    return f"<{timing.webvtt(moved)}>" if moved > 0 else ""


def _halves(cue: Cue, at: int) -> tuple[str, str] | None:
    """Return the text before and after the moment; None if one of them would have no words."""
    if f"<{timing.webvtt(at)}>" in cue.text:
        before, _, after = cue.text.partition(f"<{timing.webvtt(at)}>")
        return _balanced(before, after, cue, at)
    places = [found.start() for found in re.finditer(r"[ \n]+(?![^<]*>)", cue.text)]
    whole = len(markup.plain(cue.text))
    share = _share(cue, at)
    sizes = {place: len(markup.plain(cue.text[:place])) for place in _near(places)}
    for place in sorted(sizes, key=lambda one: abs(sizes[one] / whole - share)):
        found = _balanced(cue.text[:place], cue.text[place:], cue, at)
        if found is not None:
            return found
    return None


def _near(places: Sequence[int]) -> Sequence[int]:
    """Return so few of the places that each may be looked at; a cue that is read has fewer."""
    return places[:: max(1, len(places) // 200)]


def _share(cue: Cue, at: int) -> float:
    """Return which part of the text belongs before the moment."""
    said = sum(len(word.text) for word in cue.words)
    if said:
        return sum(len(word.text) for word in cue.words if word.start < at) / said
    return (at - cue.start) / (cue.end - cue.start)


def _balanced(before: str, after: str, cue: Cue, at: int) -> tuple[str, str] | None:
    """Return both parts with the tags closed and opened again that the cut is within."""
    opened: list[str] = []
    for tag, _ in markup.pieces(before)[1:]:
        if tag.startswith("/"):
            opened = opened[:-1]
        elif not tag[:1].isdigit():
            opened.append(f"<{tag}>")
    halves = (
        markup.sanitize(before, start=cue.start, end=at).text,
        markup.sanitize("".join(opened) + after.lstrip(), start=at, end=cue.end).text,
    )
    return halves if all(markup.plain(half).strip() for half in halves) else None


def _wrong(number: int, data: Mapping[str, Any], regions: set[str]) -> list[CueError]:
    found = [CueError(number, name, "captions_member_unknown") for name in set(data) - _MEMBERS]
    for name in ("start_ms", "end_ms"):
        if name not in data:
            found.append(CueError(number, name, "captions_member_missing"))
        elif not _is_time(data[name]):
            found.append(CueError(number, name, "captions_time_not_whole"))
    if not found and data["end_ms"] <= data["start_ms"]:
        found.append(CueError(number, "end_ms", "captions_time_reversed"))
    text, told, name = (data.get(one, "") for one in ("text", "settings", "identifier"))
    if not isinstance(text, str) or not text.strip():
        found.append(CueError(number, "text", "captions_text_empty"))
    elif len(text) > limits.MOST_CHARACTERS:
        found.append(CueError(number, "text", "captions_cue_too_long"))
    if not isinstance(told, str) or settings.read(told[:1000], regions)[1]:
        found.append(CueError(number, "settings", "captions_settings_invalid"))
    if not isinstance(name, str) or not _is_identifier(name):
        found.append(CueError(number, "identifier", "captions_identifier_invalid"))
    return found


def _is_time(value: object) -> bool:
    return type(value) is int and 0 <= value <= limits.MOST_MS


def _is_identifier(text: str) -> bool:
    kept, removed = clean(text)
    short = len(text) <= limits.LONGEST_NAME
    return short and not removed and "-->" not in kept and kept == " ".join(text.split())


def _made(data: Mapping[str, Any], regions: set[str]) -> Cue:
    start, end = data["start_ms"], data["end_ms"]
    text = markup.sanitize(data["text"], start=start, end=end).text
    told, _ = settings.read(data.get("settings", ""), regions)
    return Cue(start, end, text, told, data.get("identifier", ""))


def _too_much(number: int, cue: Cue) -> list[CueError]:
    if not markup.plain(cue.text).strip():
        return [CueError(number, "text", "captions_text_empty")]
    if len(cue.text) > limits.MOST_CHARACTERS:
        return [CueError(number, "text", "captions_cue_too_long")]
    return []
