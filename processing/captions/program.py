"""The program that `apart` starts: reads one file of captions, and prints them as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from processing.captions import stored
from processing.captions.errors import CaptionsUnreadable
from processing.captions.reading import read


def main(arguments: list[str]) -> None:
    """Read one file. The arguments are its path, and what `reading.read` takes by name, as JSON."""
    path, told = arguments
    sys.stdout.write(json.dumps(_read(Path(path).read_bytes(), json.loads(told))))


def _read(data: bytes, told: dict[str, str]) -> dict[str, Any]:
    try:
        return stored.to_json(read(data, **told))
    except CaptionsUnreadable as error:
        errors = [[one.line, one.code, one.message] for one in error.errors]
        return {"error": error.code, "message": error.message, "errors": errors}
