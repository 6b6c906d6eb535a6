r"""ASS and SSA: the places of `\an`, bold, italic and underlined text; no fonts, no colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from processing.captions import limits, markup, settings, timing
from processing.captions.characters import lines_of
from processing.captions.draft import Draft
from processing.captions.formats.subrip import key

_HEADING = re.compile(r"\[([^\[\]]{1,40})\]\s*")
_SECTIONS = ("script info", "v4 styles", "v4+ styles", "v4 styles+", "events")
_EVENT = (
    "layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text",
)  # fmt: skip
_STYLE = (
    "name", "fontname", "fontsize", "primarycolour", "secondarycolour", "outlinecolour",
    "backcolour", "bold", "italic", "underline", "strikeout", "scalex", "scaley", "spacing",
    "angle", "borderstyle", "outline", "shadow", "alignment",
)  # fmt: skip
_OLD_STYLE = (
    "name", "fontname", "fontsize", "primarycolour", "secondarycolour", "tertiarycolour",
    "backcolour", "bold", "italic", "borderstyle", "outline", "shadow", "alignment",
)  # fmt: skip
# What stands in events beside texts: media that are shown or heard, and commands.
_OTHER_EVENTS = ("picture", "sound", "movie", "command")
_TAG = re.compile(r"\s*(an|[abiup])(\d{0,4})\s*", re.ASCII)
_POSITION = re.compile(r"\s*(?:pos|move)\(\s*(-?[\d.]{1,12})\s*,\s*(-?[\d.]{1,12})", re.ASCII)
# Tags before each letter make a line far longer than what is shown of it.
_LONGEST_TEXT = 20 * limits.MOST_CHARACTERS
_ESCAPES = re.compile(r"\\([Nnh])")
_BREAKS = {"N": "\n", "n": " ", "h": "\u00a0"}


@dataclass(frozen=True)
class _Look:
    """How text looks: ``place`` is a key of the number pad, a ``drawing`` is no text."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    place: int = 2
    drawing: bool = False

    @property
    def tags(self) -> tuple[str, ...]:
        told = (("b", self.bold), ("i", self.italic), ("u", self.underline))
        return tuple(name for name, on in told if on)


def is_it(text: str) -> bool:
    """Whether the file begins with one of the sections."""
    for line in lines_of(text[:4096].lstrip("\ufeff")):
        if line.strip() and not line.startswith((";", "!:")):
            found = _HEADING.fullmatch(line.strip())
            return found is not None and found[1].lower() in _SECTIONS
    return False


def read(text: str, draft: Draft) -> None:
    """Read a file into the draft."""
    reader = _Reader(draft)
    section = ""
    for number, line in enumerate(lines_of(text.lstrip("\ufeff")), start=1):
        found = _HEADING.fullmatch(line.strip())
        if found and (section != "fonts" or found[1].lower() in _SECTIONS):
            section = found[1].lower()
            reader.begin(section)
        elif line.strip() and not line.startswith((";", "!:")):
            reader.take(section, number, line)


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._fields: Sequence[str] = _EVENT
        self._styles: dict[str, _Look] = {}
        self._is_old = False
        self._size = (384.0, 288.0)

    def begin(self, section: str) -> None:
        if section.startswith("v4"):
            self._is_old = "+" not in section
            self._fields = _OLD_STYLE if self._is_old else _STYLE
        elif section == "events":
            self._fields = _EVENT

    def take(self, section: str, number: int, line: str) -> None:
        name, colon, rest = line.partition(":")
        name = name.strip().lower()
        if section == "script info":
            self._info(name, rest)
        elif section.startswith("v4"):
            self._style(name, rest, number)
        elif section in ("fonts", "graphics") and name.endswith("name"):
            self._draft.notice("captions_styles_dropped", number)
        elif section == "events":
            self._event(name if colon else "", rest, number)
        elif not section:
            self._draft.wrong(number, "captions_line_unknown")

    def _info(self, name: str, value: str) -> None:
        if name in ("playresx", "playresy") and value.strip().isdecimal() and len(value) < 9:
            size = float(value) or 1.0
            self._size = (size, self._size[1]) if name == "playresx" else (self._size[0], size)

    def _style(self, name: str, rest: str, number: int) -> None:
        if name == "format":
            self._fields = [field.strip().lower() for field in rest.split(",")]
        elif name == "style":
            told = self._told(rest)
            self._styles[_named(told.get("name", ""))] = _look(told, old=self._is_old)
            self._draft.notice("captions_styles_dropped", number)

    def _told(self, rest: str) -> Mapping[str, str]:
        values = rest.split(",", max(0, len(self._fields) - 1))
        return dict(zip(self._fields, values, strict=False))

    def _event(self, name: str, rest: str, number: int) -> None:
        if name == "format":
            self._fields = [field.strip().lower() for field in rest.split(",")]
        elif name == "comment":
            self._draft.notice("captions_comments_dropped", number)
        elif name == "dialogue":
            self._dialogue(self._told(rest), number)
        elif name in _OTHER_EVENTS:
            self._draft.notice("captions_drawings_dropped", number)
        else:
            self._draft.wrong(number, "captions_line_unknown")

    def _dialogue(self, told: Mapping[str, str], number: int) -> None:
        if "text" not in told or "start" not in told or "end" not in told:
            return self._draft.wrong(number, "captions_line_unknown")
        if told.get("effect", "").strip():
            self._draft.notice("captions_styling_dropped", number)
        if len(told["text"]) > _LONGEST_TEXT:
            return self._draft.wrong(number, "captions_cue_too_long")
        text = _Text(self._styles, told.get("style", ""), self._size)
        made = text.read(told["text"])
        for code in sorted(text.changes):
            self._draft.notice(code, number)
        if "captions_drawings_dropped" in text.changes and not made.strip():
            return None
        return self._draft.add(
            number,
            timing.read(told["start"].strip()),
            timing.read(told["end"].strip()),
            made,
            settings=settings.PLACES.get(text.place, ""),
        )


class _Text:
    """The text of an event: it begins with the look of its style, and tags in braces change it."""

    def __init__(self, styles: Mapping[str, _Look], style: str, size: tuple[float, float]) -> None:
        self._styles, self._size = styles, size
        self._style = self._look = styles.get(_named(style), _Look())
        self._placed = False
        self.place = self._style.place
        self.changes: set[str] = set()

    def read(self, text: str) -> str:
        parts: list[tuple[tuple[str, ...], str]] = []
        for block, words in _pieces(text):
            for tag in _tags(block):
                self._take(tag)
            if self._look.drawing and words.strip():
                self.changes.add("captions_drawings_dropped")
            elif words:
                parts.append((self._look.tags, words))
        return "".join(_written(tags, words) for tags, words in _joined(parts))

    def _take(self, tag: str) -> None:
        found = _TAG.fullmatch(tag)
        if found is not None and (found[1] != "p" or found[2]):
            self._known(found[1], found[2])
        elif tag.strip().startswith("r"):
            self._look = self._styles.get(_named(tag.strip()[1:]), self._style)
        elif position := _POSITION.match(tag):
            self._put(position)
        else:
            self.changes.add("captions_styling_dropped")

    def _known(self, name: str, value: str) -> None:
        number = int(value or 0)
        if name in ("an", "a"):
            if not self._placed and value:
                self.place, self._placed = key(number, old=name == "a"), True
        elif name == "p":
            self._look = replace(self._look, drawing=number > 0)
        elif name == "b":
            on = number == 1 or number >= 600 if value else self._style.bold
            self._look = replace(self._look, bold=on)
        elif name == "i":
            self._look = replace(self._look, italic=number > 0 if value else self._style.italic)
        else:
            on = number > 0 if value else self._style.underline
            self._look = replace(self._look, underline=on)

    def _put(self, position: re.Match[str]) -> None:
        """Take the third of the screen for an exact place."""
        self.changes.add("captions_settings_dropped")
        try:
            x, y = float(position[1]) / self._size[0], float(position[2]) / self._size[1]
        except ValueError:
            return
        row = 2 if y < 1 / 3 else 1 if y < 2 / 3 else 0
        column = 0 if x < 1 / 3 else 1 if x < 2 / 3 else 2
        self.place, self._placed = row * 3 + column + 1, True


def _look(told: Mapping[str, str], *, old: bool) -> _Look:
    bold, italic, underline = (
        told.get(name, "").strip() not in ("", "0") for name in ("bold", "italic", "underline")
    )
    place = told.get("alignment", "").strip()
    known = re.fullmatch(r"\d{1,2}", place, re.ASCII)
    return _Look(bold, italic, underline, key(int(place), old=old) if known else 2)


def _named(style: str) -> str:
    return style.strip().lstrip("*").lower()


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield pairs of what stands in braces and the text behind it; the first pair has no braces."""
    first, *rest = text.split("{")
    yield "", first
    for part in rest:
        block, closed, words = part.partition("}")
        yield (block, words) if closed else ("", "{" + part)


def _tags(block: str) -> Iterator[str]:
    r"""Yield the tags of a block; what stands in the brackets of one, as of `\t`, is part of it."""
    outer = ""
    for tag in block.split("\\")[1:]:
        if outer or tag.count("(") > tag.count(")"):
            outer = outer or tag
            if ")" in tag:
                yield outer
                outer = ""
        else:
            yield tag
    if outer:
        yield outer


def _joined(parts: Sequence[tuple[tuple[str, ...], str]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts that look alike and follow each other as one."""
    words: list[str] = []
    for at, (tags, text) in enumerate(parts):
        words.append(text)
        if at + 1 == len(parts) or parts[at + 1][0] != tags:
            yield tags, "".join(words)
            words = []


def _written(tags: Sequence[str], words: str) -> str:
    text = _ESCAPES.sub(lambda found: _BREAKS[found[1]], markup.escaped(words))
    return "".join(f"<{tag}>" for tag in tags) + text + "".join(f"</{tag}>" for tag in tags[::-1])
