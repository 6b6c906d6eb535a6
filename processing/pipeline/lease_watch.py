"""Whether leases have been watched for long enough to hold a lease that ran out against anybody.

Where no reconciler looked for a while, because the machines slept, the database was away or all
reconcilers were dead, workers could perhaps not renew either. They first get one full lease in
which to do so. Only the database's clock and what the last look left in its row count: a
process's own clocks stand still while its machine sleeps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Watch:
    """An unbroken row of looks at the leases, ``since`` the first and up to the ``last``."""

    since: datetime
    last: datetime

    def to_json(self) -> dict[str, Any]:
        """As stored with the duty."""
        return {"since": self.since.isoformat(), "last": self.last.isoformat()}


def look(stored: dict[str, Any], now: datetime, lease: timedelta) -> Watch:
    """The watch with a look now; it begins anew after half a lease without one.

    The other half is what workers at least have left in which to renew. A clock that was put
    back begins anew too.
    """
    before = _from_json(stored)
    if before is None or not timedelta(0) <= now - before.last <= lease / 2:
        return Watch(since=now, last=now)
    return Watch(since=before.since, last=now)


def may_rescue(watch: Watch, lease: timedelta) -> bool:
    """Whether a lease that ran out now tells of a dead worker."""
    return watch.last - watch.since >= lease


def _from_json(stored: dict[str, Any]) -> Watch | None:
    try:
        since, last = (datetime.fromisoformat(stored[name]) for name in ("since", "last"))
    except (KeyError, TypeError, ValueError):
        return None
    return Watch(since, last)
