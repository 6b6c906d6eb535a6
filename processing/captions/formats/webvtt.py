"""WebVTT, as https://www.w3.org/TR/webvtt1/ parses it, but nothing is passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from processing.captions import limits, settings, timing
from processing.captions.characters import lines_of
from processing.captions.draft import Draft

HEADER = re.compile(r"\ufeff?WEBVTT(?:[ \t].*)?$")
_ARROW = "-->"
_CSS = re.compile(r"STYLE\s*")
_REGION = re.compile(r"REGION\s*")
_COMMENT = re.compile(r"NOTE(?:\s.*)?$")
_NUMBER = r"\d{1,3}(?:\.\d{1,6})?%"
_REGION_SETTINGS = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "width": _NUMBER,
        "lines": r"\d{1,2}",
        "regionanchor": f"{_NUMBER},{_NUMBER}",
        "viewportanchor": f"{_NUMBER},{_NUMBER}",
        "scroll": "up",
    }.items()
}
_REGION_NAME = re.compile(r"[^\s:>]{1,64}")

Block = list[tuple[int, str]]
"""Lines that no empty one divides, each with its number."""


def is_it(text: str) -> bool:
    """Whether a file begins as WebVTT does, or at least its first cue is written so."""
    lines = [line for line in lines_of(text[:4096]) if line.strip()][:2]
    if not lines:
        return False
    return bool(HEADER.match(lines[0])) or any(_is_timing(line) for line in lines)


def read(text: str, draft: Draft) -> None:
    """Read a file into the draft."""
    regions: set[str] = set()
    for block in _blocks(_without_header(lines_of(text), draft)):
        number, first = block[0]
        timed = [at for at, (_, line) in enumerate(block[:2]) if _ARROW in line]
        if timed:
            _cue(block, timed[0], draft, regions)
        elif _CSS.fullmatch(first):
            draft.notice("captions_styles_dropped", number)
        elif _REGION.fullmatch(first):
            _region(block, draft, regions)
        elif _COMMENT.match(first):
            draft.notice("captions_comments_dropped", number)
        else:
            draft.wrong(number, "captions_text_without_times")


def _is_timing(line: str) -> bool:
    """Whether the line has two times with a point before their milliseconds, as WebVTT has."""
    start, arrow, _ = line.partition(_ARROW)
    timed = bool(arrow) and timing.read(start.strip()) is not None
    return timed and "," not in start


def _without_header(lines: list[str], draft: Draft) -> Iterator[tuple[int, str]]:
    if not HEADER.match(lines[0]):
        draft.notice("captions_header_missing", 1)
        return enumerate(lines, start=1)
    for at, line in enumerate(lines[1:], start=1):
        if line.startswith("X-TIMESTAMP-MAP"):
            draft.notice("captions_header_ignored", at + 1)
        if not line.strip():
            return enumerate(lines[at:], start=at + 1)
        if _ARROW in line:  # the empty line after the header is missing, and a name may stand there
            begin = max(1, at - 1)
            return enumerate(lines[begin:], start=begin + 1)
    return iter(())


def _blocks(lines: Iterator[tuple[int, str]]) -> Iterator[Block]:
    block: Block = []
    for number, line in lines:
        if line.strip("\0 \t"):
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _cue(block: Block, timed: int, draft: Draft, regions: set[str]) -> None:
    number, line = block[timed]
    start, _, rest = line.partition(_ARROW)
    end, _, told = rest.strip().replace("\t", " ").partition(" ")
    kept, dropped = settings.read(told, regions)
    if dropped:
        draft.notice("captions_settings_dropped", number)
    payload = block[timed + 1 :]
    for at, text in payload:
        if _ARROW in text:
            return draft.wrong(at, "captions_text_without_times")
    return draft.add(
        number,
        timing.read(start.strip()),
        timing.read(end),
        "\n".join(text for _, text in payload),
        settings=kept,
        identifier=block[0][1] if timed else "",
    )


def _region(block: Block, draft: Draft, regions: set[str]) -> None:
    told: dict[str, str] = {}
    for setting in " ".join(line for _, line in block[1:]).split():
        name, _, value = setting.partition(":")
        told.setdefault(name, value)
    name = told.pop("id", "")
    usable = _REGION_NAME.fullmatch(name) and name not in regions and "-->" not in name
    if not usable or len(regions) >= limits.MOST_REGIONS:
        return draft.notice("captions_regions_dropped", block[0][0])
    regions.add(name)
    kept = [f"{n}:{v}" for n, v in told.items() if n in _REGION_SETTINGS and _is_valid(n, v)]
    draft.regions.append("\n".join(["REGION", f"id:{name}", *kept]))
    if len(kept) != len(told):
        draft.notice("captions_settings_dropped", block[0][0])
    return None


def _is_valid(name: str, value: str) -> bool:
    return bool(_REGION_SETTINGS[name].fullmatch(value)) and all(
        float(percent) <= 100 for percent in re.findall(r"([\d.]+)%", value)
    )
