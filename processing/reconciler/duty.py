"""The definition of a duty, and the delay before a failed duty is retried."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=5)
_SHORTEST_LIMIT = timedelta(seconds=30)


@dataclass(frozen=True)
class Duty:
    """A piece of work that the reconcilers do at intervals.

    ``run`` takes no argument and returns how many things it repaired. It must be bounded (a batch
    of some hundred rows), idempotent, and safe in several processes at once, since another
    reconciler takes over from one that seems dead. It may raise anything: the error is logged and
    counted, the duty is retried later, and all other duties go on.

    Duties that need only the ``database`` never wait for those that need a ``storage``, which may
    be a bucket or a disk. A duty of ``machine`` scope runs on each machine that has a reconciler.
    """

    name: str
    every: timedelta
    run: Callable[[], int]
    needs: Literal["database", "storage"]
    scope: Literal["installation", "machine"] = "installation"

    @property
    def runs_at_most(self) -> timedelta:
        """The time after which a run counts as hung, so that another reconciler may begin one."""
        return timedelta(minutes=15 if self.needs == "storage" else 1)

    def row_name(self, machine: str) -> str:
        """Return the key of the row that the reconcilers in the duty's scope share."""
        return f"{self.name}@{machine}" if self.scope == "machine" else self.name


def retry_after(every: timedelta, failures: int) -> timedelta:
    """Return how long to wait after this number of failures in a row (1 or more)."""
    longest = max(_SHORTEST_LIMIT, min(every, _LONGEST_RETRY))
    return min(longest, _FIRST_RETRY * 2.0 ** min(failures - 1, 10))
