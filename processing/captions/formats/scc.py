"""SCC: the captions of North American television (CEA-608), which ttconv decodes.

ttconv passes over lines that it cannot read, so each line is looked at before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from processing.captions import limits, markup
from processing.captions.characters import lines_of
from processing.captions.draft import Draft
from processing.captions.errors import CaptionsUnreadable
from processing.captions.formats.placing import Box

if TYPE_CHECKING:
    from ttconv import model

_HEADER = re.compile(r"\ufeff?Scenarist_SCC V1\.0\s*")
_LINE = re.compile(r"\d\d:[0-5]\d:[0-5]\d[:;.,][0-2]\d\t[ \t]*((?:[0-9A-Fa-f]{4}\s*)+)", re.ASCII)
_MOST_WORDS = 1_000_000
# What stays on the screen is erased by the next captions; only the last may stay.
_LAST_MS = 5_000


def is_it(text: str) -> bool:
    """Whether the file begins with the header of SCC."""
    return bool(_HEADER.match(text[:100]))


def read(text: str, draft: Draft) -> None:
    """Read a file into the draft: the first channel of the first field. The times are those of its
    clock, which often begins at an hour; a notice tells."""
    kept = list(_checked(lines_of(text), draft))
    if draft.errors:
        return
    for begin, end, box, made in _decoded("\n".join(["Scenarist_SCC V1.0", *kept])):
        if end is None:
            draft.notice("captions_end_guessed", 0)
        draft.add(0, begin, begin + _LAST_MS if end is None else end, made, settings=box.settings())
    draft.tell_of_late_start()


def _checked(lines: list[str], draft: Draft) -> Iterator[str]:
    channels, words = set(), 0
    for number, line in enumerate(lines, start=1):
        found = _LINE.fullmatch(line.rstrip())
        if found:
            codes = found[1].split()
            words += len(codes)
            channels |= {_channel(code) for code in codes}
            yield line.rstrip()
        elif line.strip() and not (number == 1 and _HEADER.fullmatch(line)):
            draft.wrong(number, "captions_line_unknown")
        if words > _MOST_WORDS:
            raise CaptionsUnreadable("captions_too_many")
    if 2 in channels:
        draft.tell("captions_channels_dropped")


def _channel(code: str) -> int:
    """Return the channel that a control code belongs to, 0 for text."""
    first = int(code[:2], 16) & 0x7F
    return (2 if first & 0x08 else 1) if 0x10 <= first < 0x20 else 0


def _decoded(text: str) -> Iterator[tuple[int, int | None, Box, str]]:
    """Yield begin and end in milliseconds, place and text of each caption."""
    from ttconv.scc import reader  # noqa: PLC0415  # heavy, and few files need it
    from ttconv.style_properties import StyleProperties as Style  # noqa: PLC0415

    document = reader.to_model(text)
    for number, caption in enumerate(p for div in document.get_body() for p in div):
        if number > limits.MOST_CUES:
            raise CaptionsUnreadable("captions_too_many")
        end = caption.get_end()
        written = "".join(_written(caption, Style)).replace("\u00a0", " ")
        yield (
            round(caption.get_begin() * 1000),
            None if end is None else round(end * 1000),
            _box(caption, Style),
            written,
        )


def _written(element: model.ContentElement, style: Any) -> Iterator[str]:
    kind = type(element).__name__
    if kind == "Text":
        yield markup.escaped(element.get_text())
    elif kind == "Br":
        yield "\n"
    italic = _told(element, style.FontStyle) == "italic"
    underline = bool(getattr(element.get_style(style.TextDecoration), "underline", False))
    tags = [name for name, on in (("i", italic), ("u", underline)) if on]
    yield "".join(f"<{tag}>" for tag in tags)
    for child in element:
        yield from _written(child, style)
    yield "".join(f"</{tag}>" for tag in reversed(tags))


def _box(caption: model.P, style: Any) -> Box:
    region = caption.get_region()
    if region is None:
        return Box()
    origin, extent = region.get_style(style.Origin), region.get_style(style.Extent)
    return Box(
        float(origin.x.value),
        float(origin.y.value),
        float(extent.width.value),
        float(extent.height.value),
        _told(region, style.DisplayAlign) or "before",
        _told(caption, style.TextAlign) or "start",
    )


def _told(element: model.ContentElement, prop: Any) -> str:
    value = element.get_style(prop)
    return "" if value is None else str(value.value)
