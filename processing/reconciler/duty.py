"""What a duty is, and when it is tried again after it failed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=5)
_SHORTEST_LIMIT = timedelta(seconds=30)


@dataclass(frozen=True)
class Duty:
    """Something that the reconcilers do at intervals.

    ``run`` takes no argument and returns how many things it put right. It must be bounded (a
    batch of some hundred rows), idempotent, and safe in several processes at once: a reconciler
    that seems dead is overtaken. It may raise anything: the error is logged and counted, the duty
    is tried again later, and all other duties go on.

    Duties that need only the ``database`` never wait for those that need a ``storage``, be it a
    bucket or a disk. A duty of ``machine`` scope is run on each machine that has a reconciler.
    """

    name: str
    every: timedelta
    run: Callable[[], int]
    needs: Literal["database", "storage"]
    scope: Literal["installation", "machine"] = "installation"

    @property
    def runs_at_most(self) -> timedelta:
        """A run that takes longer is regarded as hung: another reconciler may begin one."""
        return timedelta(minutes=15 if self.needs == "storage" else 1)

    def row_name(self, machine: str) -> str:
        """The key of the row that the reconcilers of its scope share."""
        return f"{self.name}@{machine}" if self.scope == "machine" else self.name


def retry_after(every: timedelta, failures: int) -> timedelta:
    """How long to wait after so many failures in a row (1 or more)."""
    longest = max(_SHORTEST_LIMIT, min(every, _LONGEST_RETRY))
    return min(longest, _FIRST_RETRY * 2.0 ** min(failures - 1, 10))
