"""Read settings from a file: one NAME=value per line, quoted or not."""

from __future__ import annotations

import io
import re
from pathlib import Path

import environ

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z_0-9]*)\s*=\s*(.*)")


def values_in(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the values in the file, and a sentence for each line that is invalid or that sets a
    name again to another value.

    Raises ``OSError``, or ``ValueError`` if the file is not UTF-8 text."""
    values: dict[str, str] = {}
    faults: list[str] = []
    # Some editors begin a file with an invisible byte order mark.
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            # The line itself is not shown: it may hold half of a secret.
            faults.append(f"{path.name}, line {number}, is no NAME=value, nor a comment with #.")
            continue
        name, value = found[1], _unquoted(found[0])
        if values.setdefault(name, value) != value:
            faults.append(
                f"{name} stands in {path.name} again in line {number}, with another value: "
                "keep one of them."
            )
    return values, faults


def _unquoted(line: str) -> str:
    """Return the value of a NAME=value line, unquoted as django-environ does it."""

    class File(environ.Env):  # type: ignore[misc]  # the library has no types
        ENVIRON: dict[str, str] = {}  # filled in place of the process's own

    _, _, value = line.partition("=")
    File.read_env(io.StringIO(f"VALUE={value.strip()}"))
    return File.ENVIRON.get("VALUE", "")
