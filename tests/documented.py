"""What docs/operations.md shows for copying: a test that uses it shows that it works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_DOCS = Path(__file__).parents[1] / "docs/operations.md"


def documented(member: str) -> list[Any]:
    """Its blocks of JSON that have a member of that name."""
    blocks = re.findall(r"^```json\n(.*?)^```", _DOCS.read_text(), re.M | re.S)
    return [found for block in blocks if member in (found := json.loads(block))]
