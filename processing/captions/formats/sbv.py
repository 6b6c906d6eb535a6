"""SBV, as YouTube writes it: both times in one line, then the text, then an empty line."""

from __future__ import annotations

import re
from itertools import pairwise

from processing.captions import timing
from processing.captions.characters import lines_of
from processing.captions.draft import Draft

_TIMING = re.compile(r"\s{0,9}(\d{1,4}:\d\d?:\d\d?\.\d{1,9}),(\d{1,4}:\d\d?:\d\d?\.\d{1,9})\s*")


def is_it(text: str) -> bool:
    """Whether the first line has two times with a comma between them."""
    return any(_TIMING.fullmatch(line) for line in lines_of(text[:4096].lstrip("\ufeff\n\r "))[:1])


def read(text: str, draft: Draft) -> None:
    """Read a file into the draft. Its `[br]` are new lines."""
    lines = lines_of(text.lstrip("\ufeff"))
    timed = [at for at, line in enumerate(lines) if _TIMING.fullmatch(line)]
    for number, line in enumerate(lines[: timed[0]] if timed else lines, start=1):
        if line.strip():
            draft.wrong(number, "captions_text_without_times")
    for at, after in pairwise([*timed, len(lines)]):
        found = _TIMING.fullmatch(lines[at])
        text = "\n".join(lines[at + 1 : after]).replace("[br]", "\n").rstrip("\n ")
        if found:
            draft.add(at + 1, timing.read(found[1]), timing.read(found[2]), text)
