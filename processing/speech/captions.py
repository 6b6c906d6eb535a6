"""Make captions of words: cues that can be read while they are spoken. Pure.

A cue has at most two lines of 42 columns and lasts one to seven seconds, as is the custom of
television and of the large services. It ends where a sentence or a clause does, or where the
speaker pauses, if there is such a place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate

from processing.captions.document import Cue, Document, Word

_COLUMNS = 42
_LEAST_MS, _MOST_MS = 1000, 7000
# A pause of this length ends a cue whatever is said.
_BREAK_MS = 1000
_PAUSE_MS = 250
# So long a cue stays after its last word.
_LINGER_MS = 300
_SENTENCE_ENDS, _CLAUSE_ENDS = ".?!…。？！।؟", ",;:，；：、،؛"  # noqa: RUF001
_QUOTES = "\"'”’»)]』」"  # noqa: RUF001
# What a cue costs that ends within a clause, at the end of one or at a pause, or at that of a
# sentence; that is short; and that exists.
_WITHIN, _CLAUSE, _SENTENCE, _SHORT, _EACH = 8.0, 2.0, -4.0, 30.0, 3.0
# A break between lines at the end of a clause is worth so many columns of evenness.
_CLAUSE_LINE = 16


def document(words: Sequence[Word]) -> Document:
    """Return the captions of words in order, each of which begins with a blank if it is not a part
    of the one before it. The words of a cue are without blanks."""
    groups = [cue for run in _runs(_apart(list(_parts(words)))) for cue in run.cues()]
    starts = [group[0].start for group in groups]
    until = [*starts[1:], *(group[-1].end + _LEAST_MS for group in groups[-1:])]
    return Document(tuple(_cue(group, end) for group, end in zip(groups, until, strict=True)))


def columns(text: str) -> int:
    """Return how wide a text is; characters of East Asia are as wide as two others."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _parts(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the words with single blanks. One that is wider than a line comes in pieces that share
    its time."""
    for word in words:
        text = " ".join(word.text.split())
        step = len(text) if columns(text) <= _COLUMNS else _COLUMNS // 2
        for at in range(0, len(text), step):
            share = [word.start + (word.end - word.start) * min(end, len(text)) // len(text)
                     for end in (at, at + step)]  # fmt: skip
            blank = " " if at == 0 and word.text[:1].isspace() else ""
            yield Word(share[0], share[1], blank + text[at : at + step])


def _apart(words: Sequence[Word]) -> list[Word]:
    """Return the words so that each begins after the one before it, and ends when the next begins
    or before."""
    starts: list[int] = []
    for word in words:
        starts.append(max(word.start, starts[-1] + 1 if starts else 0))
    following = [*starts[1:], *(max(word.end, starts[-1]) for word in words[-1:])]
    return [
        Word(start, max(start, min(word.end, after)), word.text)
        for word, start, after in zip(words, starts, following, strict=True)
    ]


def _runs(words: Sequence[Word]) -> Iterator[_Run]:
    """Yield the words between pauses that end a cue."""
    run: list[Word] = []
    for word in words:
        if run and word.start - run[-1].end >= _BREAK_MS:
            yield _Run(run)
            run = []
        run.append(word)
    if run:
        yield _Run(run)


class _Run:
    """Words between two pauses, and the cheapest way to divide them into cues."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._widths = list(accumulate((columns(word.text) for word in words), initial=0))

    def cues(self) -> list[Sequence[Word]]:
        """Return the words of each cue."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(self._words) + 1):
            best.append(min(self._choices(end, best)))
        found: list[Sequence[Word]] = []
        end = len(self._words)
        while end:
            start = best[end][1]
            found.append(self._words[start:end])
            end = start
        return found[::-1]

    def _choices(self, end: int, best: Sequence[tuple[float, int]]) -> Iterator[tuple[float, int]]:
        """Yield what it costs to end a cue before word ``end``, and where that cue begins."""
        words, price = self._words, _EACH + self._end_price(end)
        until = words[end].start if end < len(words) else words[-1].end + _LEAST_MS
        for start in range(end - 1, -1, -1):
            if start < end - 1 and not self._fits(start, end):
                return
            short = max(0, _LEAST_MS - (until - words[start].start)) / _LEAST_MS
            yield best[start][0] + price + _SHORT * short, start

    def _end_price(self, end: int) -> float:
        if end == len(self._words):
            return 0.0
        last = self._words[end - 1].text.rstrip(_QUOTES)[-1:]
        if last and last in _SENTENCE_ENDS:
            return _SENTENCE
        paused = self._words[end].start - self._words[end - 1].end >= _PAUSE_MS
        return _CLAUSE if paused or (last and last in _CLAUSE_ENDS) else _WITHIN

    def _fits(self, start: int, end: int) -> bool:
        if self._words[end - 1].end - self._words[start].start > _MOST_MS:
            return False
        if self._width(start, end) <= _COLUMNS:
            return True
        return self._width(start, end) <= 2 * _COLUMNS + 1 and any(
            self._width(start, at) <= _COLUMNS and self._width(at, end) <= _COLUMNS
            for at in range(start + 1, end)
        )

    def _width(self, start: int, end: int) -> int:
        blank = self._words[start].text.startswith(" ")
        return self._widths[end] - self._widths[start] - blank


def _cue(group: Sequence[Word], until: int) -> Cue:
    """Return the cue of some words; it is over when the next begins, ``until`` then."""
    start = group[0].start
    spoken = min(group[-1].end, start + _MOST_MS)
    end = min(max(spoken + _LINGER_MS, start + _LEAST_MS), start + _MOST_MS, until)
    words = tuple(Word(word.start, min(word.end, end), word.text.strip()) for word in group)
    return Cue(start, end, _escaped("\n".join(_lines(group))), words=words)


def _lines(group: Sequence[Word]) -> list[str]:
    """Return the text in one line if it fits, else in two of nearly the same width."""
    whole = _text(group)
    if columns(whole) <= _COLUMNS:
        return [whole]
    both = [[_text(group[:at]), _text(group[at:])] for at in range(1, len(group))]
    return min(both, key=_uneven)


def _uneven(lines: Sequence[str]) -> tuple[bool, int]:
    """Return how bad it is to break a text so. Best is the end of a clause, then a second line that
    is a little longer."""
    upper, lower = map(columns, lines)
    clause = _CLAUSE_LINE if lines[0][-1:] in _SENTENCE_ENDS + _CLAUSE_ENDS else 0
    return max(upper, lower) > _COLUMNS, abs(lower - upper) + (upper > lower) - clause


def _text(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words).strip()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
