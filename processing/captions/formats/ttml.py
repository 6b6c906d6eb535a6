"""TTML and IMSC (text): paragraphs with their times, places and simple styling.

ttconv reads it too, but knows no line numbers, logs what it leaves out, and takes files with a
DOCTYPE, so that expat is used here as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from xml.parsers import expat

from processing.captions import markup
from processing.captions.draft import Draft
from processing.captions.errors import CaptionsUnreadable, line_error
from processing.captions.formats.ttml_styles import KEPT, Style, Styles, pair, tags
from processing.captions.formats.ttml_times import Clock

_START = re.compile(r"\ufeff?\s{0,100}<(?:\?xml|!|\w{0,40}:?tt\b)")
_ROOT = re.compile(r"<(?:\w{1,40}:)?tt[\s>]")
_NAMESPACES = ("http://www.w3.org/ns/ttml", "http://www.w3.org/2006/04/ttaf1",
               "http://www.w3.org/2006/10/ttaf1")  # fmt: skip
_XML = "http://www.w3.org/XML/1998/namespace"
_DEEPEST = 64
_SPACES = re.compile(r"[ \t\r\n]+")
_RUBY = {"container": "ruby", "text": "rt"}
_TIMING = ("begin", "end", "dur")
_PICTURES = frozenset(("image", "backgroundImage"))


@dataclass
class _Element:
    """An element that is open: its name without a namespace, or nothing if it is none of TTML, its
    times in milliseconds, and where the next of its children begins if they follow each other."""

    name: str
    start: Fraction
    end: Fraction | None
    style: Style
    region: str = ""
    follows: bool = False
    keeps_space: bool = False
    next: Fraction = Fraction(0)
    opening: str = ""
    closing: str = ""


@dataclass
class _Part:
    """Text of a paragraph that is shown at times of its own, or at those of the paragraph."""

    start: Fraction
    end: Fraction | None
    text: list[str] = field(default_factory=list)


def is_it(text: str) -> bool:
    """Whether the file is XML with the root of TTML."""
    return bool(_START.match(text[:200])) and bool(_ROOT.search(text[:8192]))


def read(text: str, draft: Draft) -> None:
    """Read a file into the draft. Raises ``CaptionsUnreadable``; nothing of a DOCTYPE is read."""
    reader = _Reader(draft)
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartDoctypeDeclHandler = reader.refuse_doctype
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.buffer_text = True
    reader.line = lambda: parser.CurrentLineNumber
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise CaptionsUnreadable(
            "captions_malformed", [*draft.errors, line_error(error.lineno, "captions_line_unknown")]
        ) from error
    draft.tell_of_late_start()


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._clock = Clock()
        self._styles = Styles()
        self._open: list[_Element] = []
        self._parts: list[_Part] = []
        self._begun = 0
        self._region: str | None = None
        self.line: Callable[[], int] = int

    def refuse_doctype(self, *_told: object) -> None:
        raise CaptionsUnreadable(
            "captions_document_type", [line_error(self.line(), "captions_document_type")]
        )

    def begin(self, full: str, attributes: dict[str, str]) -> None:
        name = _local(full)
        told = {key: value for key, value in attributes.items() if " " not in key}
        styling = _of_kind(attributes, "#styling", "#style")
        if len(self._open) >= _DEEPEST:
            self._refuse("captions_line_unknown")
        if name == "tt" and not self._open:
            self._root(attributes)
        if name in _PICTURES or any(_local(key) == "backgroundImage" for key in attributes):
            self._refuse("captions_pictures")
        if name in ("style", "region") and not self._is_content():
            self._define(name, told, attributes, styling)
        if name == "set":
            self._draft.notice("captions_styling_dropped", self.line())
        self._open.append(self._element(name, told, attributes, styling))
        self._begin_content(name, styling)

    def end(self, _full: str) -> None:
        element = self._open.pop()
        if element.closing and self._parts:
            self._parts[-1].text.append(element.closing)
        if self._open and self._open[-1].follows and element.end is not None:
            self._open[-1].next = element.end
        if element.name == "p":
            self._finish(element)
        if element.name == "region":
            self._region = None

    def text(self, data: str) -> None:
        element = self._open[-1]
        within = any(one.name == "p" for one in self._open)
        if not within or element.name not in ("p", "span"):
            if element.name in ("body", "div", "tt") and data.strip():
                self._draft.wrong(self.line(), "captions_text_without_times")
            elif within and data.strip():
                self._draft.notice("captions_comments_dropped", self.line())
            return
        self._part(element).text.append(
            markup.escaped(data if element.keeps_space else _SPACES.sub(" ", data))
        )

    def _is_content(self) -> bool:
        return any(one.name == "body" for one in self._open)

    def _refuse(self, code: str) -> None:
        raise CaptionsUnreadable(
            code if code == "captions_pictures" else "captions_malformed",
            [line_error(self.line(), code)],
        )

    def _root(self, attributes: dict[str, str]) -> None:
        parameters = _of_kind(attributes, "#parameter")
        if parameters.get("timeBase") == "clock":
            self._refuse("captions_time_invalid")
        self._clock = Clock.of(parameters)
        extent = _of_kind(attributes, "#styling", "#style").get("extent", "")
        self._styles.pixels = pair(extent, "px") or self._styles.pixels
        self._styles.cells = pair(parameters.get("cellResolution", ""), "") or self._styles.cells

    def _define(
        self, name: str, told: dict[str, str], attributes: dict[str, str], styling: Style
    ) -> None:
        style = self._styles.resolved(styling, told.get("style", ""))
        identifier = attributes.get(f"{_XML} id", told.get("id", ""))
        if name == "region":
            self._region = identifier
            self._styles.regions[identifier] = style
        elif self._region is not None:
            known = self._styles.regions[self._region]
            self._styles.regions[self._region] = {**known, **style}
        else:
            self._styles.styles[identifier] = style
        if not KEPT.issuperset(styling):
            self._draft.notice("captions_styles_dropped", self.line())

    def _element(
        self, name: str, told: dict[str, str], attributes: dict[str, str], styling: Style
    ) -> _Element:
        parent = self._open[-1] if self._open else _Element("", Fraction(0), None, {})
        space = attributes.get(f"{_XML} space")
        inherited = self._styles.inherited(parent.style)
        start, end = self._times(told, parent)
        return _Element(
            name,
            start,
            end,
            {**inherited, **self._styles.resolved(styling, told.get("style", ""))},
            region=told.get("region", "") or parent.region,
            follows=told.get("timeContainer") == "seq",
            keeps_space=parent.keeps_space if space is None else space == "preserve",
            next=start,
        )

    def _times(self, told: dict[str, str], parent: _Element) -> tuple[Fraction, Fraction | None]:
        base = parent.next if parent.follows else parent.start
        known = {name: self._clock.read(told[name]) for name in _TIMING if name in told}
        if None in known.values():
            self._draft.wrong(self.line(), "captions_time_invalid")
        start = base + (known.get("begin") or 0)
        ends = [parent.end] if parent.end is not None else []
        if (end := known.get("end")) is not None:
            ends.append(base + end)
        if (length := known.get("dur")) is not None:
            ends.append(start + length)
        return start, min(ends, default=None)

    def _begin_content(self, name: str, styling: Style) -> None:
        if not any(one.name == "p" for one in self._open):
            return
        element = self._open[-1]
        if name == "p" and any(one.name == "p" for one in self._open[:-1]):
            self._refuse("captions_line_unknown")
        if name == "p":
            self._parts, self._begun = [], self.line()
        if name == "br":
            self._part(self._open[-2]).text.append("\n")
        elif name in ("p", "span"):
            if not KEPT.issuperset(styling):
                self._draft.notice("captions_styling_dropped", self.line())
            self._open_tags(element, name)

    def _open_tags(self, element: _Element, name: str) -> None:
        outer = () if name == "p" else tags(self._open[-2].style)
        wanted = [tag for tag in tags(element.style) if tag not in outer]
        if ruby := _RUBY.get(element.style.get("ruby", "")):
            wanted.insert(0, ruby)
        if wanted:
            part = self._part(element)
            element.opening = "".join(f"<{tag}>" for tag in wanted)
            part.text.append(element.opening)
            element.closing = "".join(f"</{tag}>" for tag in reversed(wanted))

    def _part(self, element: _Element) -> _Part:
        """Return the part that text of an element belongs to: a new one if its times are others."""
        last = self._parts[-1] if self._parts else None
        if last is None or (last.start, last.end) != (element.start, element.end):
            if last is not None:
                last.text += [one.closing for one in reversed(self._open)]
            opening = [one.opening for one in self._open]
            self._parts.append(_Part(element.start, element.end, opening))
        return self._parts[-1]

    def _finish(self, paragraph: _Element) -> None:
        settings = self._styles.settings(paragraph.region, paragraph.style)
        shown = [(one, "".join(one.text)) for one in self._parts]
        for part, text in [(one, text) for one, text in shown if markup.plain(text).strip()]:
            start, end = round(part.start), None if part.end is None else round(part.end)
            self._draft.add(self._begun, start, end, text, settings=settings)
        self._parts = []


def _local(full: str) -> str:
    """Return the name of an element or attribute of TTML, nothing for others."""
    space, _, name = full.rpartition(" ")
    known = not space or space.startswith(_NAMESPACES)
    return name if known or name in _PICTURES else ""


def _of_kind(attributes: dict[str, str], *kinds: str) -> dict[str, str]:
    """Return the attributes of the namespaces that end so, by their names."""
    found = {}
    for key, value in attributes.items():
        space, _, name = key.rpartition(" ")
        if space.startswith(_NAMESPACES) and space.endswith(kinds):
            found[name] = value
    return found
