"""What the threads of one worker process may do at the same time.

Nobody's long work keeps others waiting: bulk work takes at most half of the threads, and one
owner all but one. A process with a single thread has nothing to share out.
"""

import threading
from collections import Counter
from uuid import UUID

from processing.models import Task
from processing.steps import STEPS


class Slots:
    """The tasks this process works on, counted by owner and by whether they are bulk work."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads
        self.claiming = threading.Lock()
        self._lock = threading.Lock()
        self._owners: Counter[UUID] = Counter()
        self._bulk = 0

    def full_owners(self) -> list[UUID]:
        """Owners who may have no further task here now."""
        if self.threads == 1:
            return []
        with self._lock:
            owners = list(self._owners.items())
        return [owner for owner, count in owners if count >= self.threads - 1]

    def kinds(self) -> list[str]:
        """The kinds of which a further task may begin here now."""
        bulk_is_full = self.threads > 1 and self._bulk >= self.threads // 2
        return [kind for kind, step in STEPS.items() if not (step.bulk and bulk_is_full)]

    def take(self, task: Task) -> None:
        """A task begins here; called while ``claiming`` is held."""
        with self._lock:
            self._owners[task.owner_id] += 1
            self._bulk += STEPS[task.kind].bulk

    def give_back(self, task: Task) -> None:
        """It is over."""
        with self._lock:
            self._owners[task.owner_id] -= 1
            if not self._owners[task.owner_id]:
                del self._owners[task.owner_id]
            self._bulk -= STEPS[task.kind].bulk


slots = Slots()
