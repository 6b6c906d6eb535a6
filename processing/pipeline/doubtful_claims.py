"""Claims that this process may have made without knowing it.

The connection may break between the commit of a claim and its answer. The task is then marked as
running under a token that no worker uses. Without this module it would wait until its lease ends,
and a crash would be counted although nothing crashed.
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
    """The tokens of doubtful claims. Each is kept until its lease, if there is one, has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[UUID, float] = {}

    def add(self, token: UUID) -> None:
        """Remember a token whose claim was not answered."""
        with self._lock:
            self._until[token] = time.monotonic() + settings.TASK_LEASE_SECONDS

    def release(self) -> int:
        """Release the tasks that were claimed after all, and return their number.

        No attempt is counted. A commit may still be on its way, so a token without a task is
        looked up again the next time. Raises the database's errors; sends it no query when no
        claim is in doubt.
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
        except LeaseLost:  # canceled or rescued in the meantime
            return False
        logger.info("doubtful_claim_released", task=str(task.pk), kind=task.kind)
        with self._lock:
            self._until.pop(token, None)
        return True


doubtful_claims = DoubtfulClaims()
