"""What the release before this one calls otherwise: it says ``run`` where this one says ``job``.

Its rows are kept for weeks, and during an upgrade its processes go on writing and announcing. So
whoever tells others of an event or a tick asks here; nothing that is stored is changed.
"""

from collections.abc import Mapping
from typing import Any

_BEFORE = "run."


def kind(stored: str) -> str:
    """The kind of an event, as ``kinds`` has it."""
    return f"job.{stored.removeprefix(_BEFORE)}" if stored.startswith(_BEFORE) else stored


def members(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an event's payload or of a tick, as ``messages`` has them."""
    return {"job" if name == "run" else name: value for name, value in stored.items()}
