"""The text of a WebVTT cue: which tags may stand in it, and its words without them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from processing.captions import timing
from processing.captions.characters import clean
from processing.captions.limits import LONGEST_NAME

KEPT = frozenset(("b", "i", "u", "c", "v", "lang", "ruby", "rt"))
"""The tags of WebVTT, besides times."""
_SAME_AS = {"em": "i", "strong": "b"}
_DROPPED = frozenset(("font", "s", "strike", "del", "span", "p", "div"))
_KNOWN = KEPT | _DROPPED | {"br"}
# As deep as nobody nests, so that what is closed and opened again stays bounded.
_DEEPEST = 16
_LONGEST_TAG = 300
_TAG = re.compile(r"(/?)([A-Za-z]+)((?:\.[^\s.<>&/]+)*)(?:\s+([^<>]*))?/?")
_TIME = re.compile(r"[\d:.]{5,16}", re.ASCII)
# No class or name ends with a hyphen: with the end of its tag that could be an arrow.
_CLASS = re.compile(r"[\w-]{0,63}\w")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}", re.ASCII)
# HTML knows names without a semicolon as well, but `R&D;` is none and `AT&T` must stay.
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", re.ASCII)
# Spaces that are in no tag, where nothing but tags stands beside them.
_OUTSIDE = re.compile(r" +(?=<|$)")


@dataclass(frozen=True)
class Sanitized:
    """A cue's text that may be shown, and the codes of the notices on what was changed."""

    text: str
    changes: frozenset[str] = frozenset()


def sanitize(text: str, *, start: int = 0, end: int | None = None) -> Sanitized:
    """Return the text with WebVTT's own tags, closed in order, and all else escaped.

    Times within the text must lie between ``start`` and ``end`` (ms) and ascend. Lines without text
    are left out, because an empty line ends a cue.
    """
    building = _Building(last=start, end=end)
    taken = at = 0
    while (opening := text.find("<", at)) >= 0:
        at = opening + 1
        closing = text.find(">", at, opening + _LONGEST_TAG)
        if closing > 0 and building.tag(text[at:closing], before=text[taken:opening]):
            taken = at = closing + 1
    building.words(text[taken:])
    return building.finish()


def plain(text: str) -> str:
    """Return the words of a sanitized text alone: no tags, no readings of ruby."""
    return unescaped("".join(_without_readings(text)))


def voice(text: str) -> str:
    """Return who speaks at the beginning of a sanitized text, or nothing."""
    if not text.startswith("<v"):
        return ""
    return unescaped(text[2 : text.find(">")].partition(" ")[2])


def unescaped(text: str) -> str:
    """Return the text with character references resolved."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text)


def escaped(text: str) -> str:
    """Return words as the text of a cue."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pieces(text: str) -> list[tuple[str, str]]:
    """Return a sanitized text as pairs of a tag (without its brackets, or empty) and the escaped
    words that follow it."""
    found = [("", text.partition("<")[0])]
    for part in text.split("<")[1:]:
        tag, _, words = part.partition(">")
        found.append((tag, words))
    return found


def _without_readings(text: str) -> list[str]:
    kept, reading = [], False
    for tag, words in pieces(text):
        name = re.split(r"[\s.]", tag, maxsplit=1)[0]
        if name in ("rt", "/rt"):
            reading = name == "rt"
        if not reading:
            kept.append(words)
    return kept


@dataclass
class _Building:
    last: int
    end: int | None
    parts: list[str] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    changes: set[str] = field(default_factory=set)

    def words(self, text: str) -> None:
        kept, removed = clean(unescaped(text))
        if removed:
            self.changes.add("captions_characters_removed")
        self.parts.append(escaped(kept))

    def tag(self, inside: str, *, before: str) -> bool:
        """Take a tag and the words before it; false if it is none, but text."""
        moment = timing.read(inside) if _TIME.fullmatch(inside) else None
        found = _TAG.fullmatch(inside)
        name = found[2].lower() if found else ""
        name = _SAME_AS.get(name, name)
        if moment is None and name not in _KNOWN:
            if inside[:1].isalpha() or inside[:1] in "/!?":
                self.changes.add("captions_tags_escaped")
            return False
        self.words(before)
        if moment is not None:
            self._moment(moment)
        elif found is not None:
            self._known(name, found)
        return True

    def _known(self, name: str, found: re.Match[str]) -> None:
        if name == "br":
            self.parts.append("\n")
        elif name in _DROPPED:
            self.changes.add("captions_styling_dropped")
        elif found[1]:
            self._close(name)
        else:
            self._begin(name, found[3], found[4] or "")

    def finish(self) -> Sanitized:
        if any(name not in ("v", "c", "lang") for name, _ in self.open):
            self.changes.add("captions_tags_mended")
        while self.open:
            self._end()
        lines = (_stripped(line) for line in "".join(self.parts).split("\n"))
        return Sanitized("\n".join(line for line in lines if line), frozenset(self.changes))

    def _moment(self, moment: int) -> None:
        if moment <= self.last or (self.end is not None and moment >= self.end):
            self.changes.add("captions_timestamps_dropped")
            return
        self.last = moment
        self.parts.append(f"<{timing.webvtt(moment)}>")

    def _begin(self, name: str, classes: str, annotation: str) -> None:
        misplaced = name == "rt" and "ruby" not in [one for one, _ in self.open]
        told = _annotation(name, annotation)
        if misplaced or told is None or len(self.open) >= _DEEPEST:
            self.changes.add("captions_tags_mended")
            return
        if name == "rt" and self.open[-1][0] == "rt":
            self._end()
        kept = [one for one in classes.split(".") if _CLASS.fullmatch(one)]
        self.open.append((name, f"<{'.'.join([name, *kept])}{told}>"))
        self.parts.append(self.open[-1][1])

    def _close(self, name: str) -> None:
        if name not in [one for one, _ in self.open]:
            self.changes.add("captions_tags_mended")
            return
        again = []
        while self.open[-1][0] != name:
            if name != "ruby" or self.open[-1][0] != "rt":  # an rt may end with its ruby
                self.changes.add("captions_tags_mended")
                again.append(self.open[-1])
            self._end()
        self._end()
        for one, opening in reversed(again):
            self.open.append((one, opening))
            self.parts.append(opening)

    def _end(self) -> None:
        self.parts.append(f"</{self.open.pop()[0]}>")


def _stripped(line: str) -> str:
    """Return a line without the spaces at its ends, also where tags stand before or behind them."""
    begin, end = 0, len(line)
    while begin < end and line[begin] in " <":
        begin = line.index(">", begin) + 1 if line[begin] == "<" else begin + 1
    while end > begin and line[end - 1] in " >":
        end = line.rindex("<", begin, end) if line[end - 1] == ">" else end - 1
    ends = (_OUTSIDE.sub("", part) for part in (line[:begin], line[end:]))
    return line[begin:end].join(ends)


def _annotation(name: str, text: str) -> str | None:
    """Return what follows the name of a tag, with a space before it; None if the tag means nothing
    without it."""
    if name == "v":
        kept, _ = clean(unescaped(text))
        said = escaped(" ".join(kept.split())[:LONGEST_NAME].rstrip("- "))
        return f" {said}" if said else ""
    if name == "lang":
        return f" {text.strip()}" if _LANGUAGE.fullmatch(text.strip()) else None
    return ""
