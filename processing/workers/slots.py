"""Limits on what the threads of one worker process do at the same time.

So that long work keeps no others waiting, bulk work takes at most half of the threads, and one
owner all but one. A process with a single thread has no such limits.
"""

import threading
from collections import Counter
from uuid import UUID

from processing.models import Task
from processing.steps import STEPS


class Slots:
    """The running tasks of this process, counted by owner, and those that are bulk work."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads
        self.claiming = threading.Lock()
        self._lock = threading.Lock()
        self._owners: Counter[UUID] = Counter()
        self._bulk = 0

    def full_owners(self) -> list[UUID]:
        """Return the owners who may not have another task in this process now."""
        if self.threads == 1:
            return []
        with self._lock:
            owners = list(self._owners.items())
        return [owner for owner, count in owners if count >= self.threads - 1]

    def kinds(self) -> list[str]:
        """Return the kinds of which another task may begin in this process now."""
        bulk_is_full = self.threads > 1 and self._bulk >= self.threads // 2
        return [kind for kind, step in STEPS.items() if not (step.bulk and bulk_is_full)]

    def take(self, task: Task) -> None:
        """Count a task that begins. Called while ``claiming`` is held."""
        with self._lock:
            self._owners[task.owner_id] += 1
            self._bulk += STEPS[task.kind].bulk

    def give_back(self, task: Task) -> None:
        """Stop counting a task that has ended."""
        with self._lock:
            self._owners[task.owner_id] -= 1
            if not self._owners[task.owner_id]:
                del self._owners[task.owner_id]
            self._bulk -= STEPS[task.kind].bulk


slots = Slots()
