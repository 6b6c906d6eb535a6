"""Decide whether leases were watched long enough to conclude that a worker is dead.

When no reconciler looked for a while, because the machines slept, the database was away or all
reconcilers were dead, workers may have been unable to renew their leases too. They first get one
full lease time to do so. Only the database's clock and the stored result of the last look are
used, because a process's own clocks stand still while its machine sleeps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Watch:
    """An unbroken series of looks at the leases, from ``since``, the first, to the ``last``."""

    since: datetime
    last: datetime

    def to_json(self) -> dict[str, Any]:
        """The watch as it is stored in the duty's cursor."""
        return {"since": self.since.isoformat(), "last": self.last.isoformat()}


def look(stored: dict[str, Any], now: datetime, lease: timedelta) -> Watch:
    """Return the stored watch extended to ``now``, or a new one after half a lease without a look.

    The other half of the lease is the least time that workers have left to renew. The watch also
    starts anew when the clock was set back.
    """
    before = _from_json(stored)
    if before is None or not timedelta(0) <= now - before.last <= lease / 2:
        return Watch(since=now, last=now)
    return Watch(since=before.since, last=now)


def may_rescue(watch: Watch, lease: timedelta) -> bool:
    """Whether a lease that has run out now means that its worker is dead."""
    return watch.last - watch.since >= lease


def _from_json(stored: dict[str, Any]) -> Watch | None:
    try:
        since, last = (datetime.fromisoformat(stored[name]) for name in ("since", "last"))
    except (KeyError, TypeError, ValueError):
        return None
    return Watch(since, last)
