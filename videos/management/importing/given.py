"""The sources that were named, on the command line or in a list, each with its own settings."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from processing.ffmpeg import names
from videos import strict_json

_LONGEST_LINE = 64 * 1024
_MARK = codecs.BOM_UTF8
_RESERVED = frozenset({"url", "file"})


class LineWrong(Exception):
    """Raised for a line of a list that names no source."""


@dataclass(frozen=True)
class Given:
    """A named source; ``place`` is the list and the line that names it, or empty. ``wrong`` says
    why the line names none."""

    source: str
    place: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    wrong: str = ""


def shown(text: str) -> str:
    """Return a name as it may be printed: bytes that are no text, and control characters, as
    question marks, so that a hostile name moves no cursor."""
    return "".join("?" if names.is_unseen(c) else c for c in text)


def on_command_line(sources: Iterable[str]) -> Iterator[Given]:
    """Yield what the command line names."""
    for source in sources:
        yield Given(source)


def in_list(lines: BinaryIO, name: str) -> Iterator[Given]:
    """Yield what a list names, line by line: a source, or a JSON object with a ``source`` and its
    settings. Empty lines and those that begin with ``#`` are left out."""
    number = 0
    while line := lines.readline(_LONGEST_LINE + 1):
        number += 1
        place = f"{name}:{number}"
        try:
            if len(line) > _LONGEST_LINE:
                _read_on(lines, line)
                raise LineWrong(f"The line has more than {_LONGEST_LINE:,} bytes.")
            text = line.rstrip(b"\r\n").removeprefix(_MARK if number == 1 else b"")
            if text.strip() and not text.lstrip().startswith(b"#"):
                source, settings = _read(text)
                yield Given(source, place, settings)
        except LineWrong as error:
            yield Given("", place, wrong=str(error))


def name_of(path: str) -> str:
    """Return what a list is called in messages."""
    return "standard input" if path == "-" else shown(Path(path).name)


def _read_on(lines: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = lines.readline(_LONGEST_LINE)


def _read(text: bytes) -> tuple[str, Mapping[str, Any]]:
    if not text.lstrip().startswith(b"{"):
        return os.fsdecode(text), {}
    try:
        told = json.loads(text, cls=strict_json.Decoder)
    except (ValueError, RecursionError):
        raise LineWrong(
            "The line begins with a brace, and is no JSON object, or has a member twice."
        ) from None
    source = told.pop("source", None)
    if not isinstance(source, str) or not source or "\0" in source:
        raise LineWrong("The object names no `source`.")
    if reserved := sorted(_RESERVED & set(told)):
        raise LineWrong(f"Name the file as `source`, not as `{reserved[0]}`.")
    return source, told
