"""Claims of which this process does not know whether they were made.

The connection may break between the commit of a claim and its answer. The task then runs under a
token that nobody works with: without this it would wait for its lease to end, and count a crash
though nothing crashed.
"""

import threading
import time
from uuid import UUID

import structlog
from django.conf import settings

from processing.models import Task
from processing.pipeline.finish import release_task
from processing.pipeline.lease import LeaseLost

logger = structlog.get_logger(__name__)


class DoubtfulClaims:
    """The tokens of such claims, each until the lease it would have has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[UUID, float] = {}

    def add(self, token: UUID) -> None:
        """The answer to a claim under this token was lost."""
        with self._lock:
            self._until[token] = time.monotonic() + settings.TASK_LEASE_SECONDS

    def release(self) -> int:
        """Hand back what was claimed after all, no attempt counted; how many tasks.

        A commit may still be on its way, so one that was not found is asked for again. Raises the
        database's errors; asks it nothing where there is no doubt.
        """
        with self._lock:
            now = time.monotonic()
            self._until = {token: end for token, end in self._until.items() if end > now}
            tokens = list(self._until)
        if not tokens:
            return 0
        found = {token: self._released(token) for token in tokens}
        return sum(found.values())

    def _released(self, token: UUID) -> bool:
        task = Task.objects.filter(token=token, state=Task.State.RUNNING).first()
        if task is None:
            return False
        try:
            release_task(task)
        except LeaseLost:  # canceled or rescued meanwhile
            return False
        logger.info("doubtful_claim_released", task=str(task.pk), kind=task.kind)
        with self._lock:
            self._until.pop(token, None)
        return True


doubtful_claims = DoubtfulClaims()
