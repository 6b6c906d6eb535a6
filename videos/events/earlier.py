"""Translate the names of the previous release, which says ``run`` where this one says ``job``.

Its rows are kept for weeks, and during an upgrade its processes go on writing and announcing. So
the code that shows an event or a tick to others translates it here; stored rows are not changed.
"""

from collections.abc import Mapping
from typing import Any

_BEFORE = "run."


def kind(stored: str) -> str:
    """Return the kind of an event under its name in ``kinds``."""
    return f"job.{stored.removeprefix(_BEFORE)}" if stored.startswith(_BEFORE) else stored


def members(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of an event's payload or of a tick under their names in ``messages``."""
    return {"job" if name == "run" else name: value for name, value in stored.items()}
