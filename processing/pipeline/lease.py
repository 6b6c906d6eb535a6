"""Keep a running task's lease while its step works, and notice when the lease is lost."""

import threading
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType

import structlog
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from processing.models import Task
from processing.monitoring import progress

logger = structlog.get_logger(__name__)

_WAITS_FOR_LENGTH = 64


class LeaseLost(Exception):
    """Raised when a task's token is no longer the current one."""


def renew(task: Task, *, share: float, speed: float | None, waits_for: str = "") -> bool:
    """Extend the lease and store progress in one statement; return False if the lease is lost.

    A lease that ran out may still be renewed while its token is current. A task that was canceled
    or taken back has another token or state, so this also notices a cancellation.
    """
    updated = Task.objects.filter(pk=task.pk, token=task.token, state=Task.State.RUNNING).update(
        lease_until=Now() + timedelta(seconds=settings.TASK_LEASE_SECONDS),
        progress=share,
        speed=speed,
        waits_for=waits_for,
    )
    return bool(updated)


class Lease:
    """A context manager that renews a task's lease in its own thread until it is left.

    ``lost`` becomes true when the task was taken back or canceled. When ``is_hopeless`` returns
    true, the lease is no longer renewed and ``give_up`` is called once, in that thread.
    """

    def __init__(
        self,
        task: Task,
        *,
        is_hopeless: Callable[[], bool] = lambda: False,
        give_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._task = task
        self._is_hopeless = is_hopeless
        self._give_up = give_up
        self._waits_for = ""
        self._progress: tuple[float, float | None] = (0.0, None)
        self._over = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def lost(self) -> bool:
        """Whether the token is known to be stale."""
        return self._lost.is_set()

    def report(self, share: float, speed: float | None) -> None:
        """Set the progress that the next renewal stores and announces."""
        self._progress = (share, speed)

    def waits_for(self, what: str) -> None:
        """Set what the work waits for, empty for nothing; the next renewal stores it."""
        self._waits_for = what[:_WAITS_FOR_LENGTH]

    def _keep(self) -> None:
        try:
            while not self._over.wait(settings.TASK_HEARTBEAT_SECONDS):
                if self._is_hopeless():
                    self._lost.set()
                    self._give_up()
                    return
                self._beat()
                if self.lost:
                    return
        finally:
            connection.close()

    def _beat(self) -> None:
        share, speed = self._progress
        try:
            if not renew(self._task, share=share, speed=speed, waits_for=self._waits_for):
                self._lost.set()
                return
        except Exception as error:
            # The database may be back before another worker can take the task.
            logger.warning(
                "lease_not_renewed", task=str(self._task.pk), reason=type(error).__name__
            )
            connection.close()
        else:
            self._tell()

    def _tell(self) -> None:
        """Announce the progress. It is for display only, so no error here ends the lease."""
        try:
            progress.announce_in_turn(self._task.run.video_id)
        except Exception as error:
            logger.warning(
                "progress_not_told", task=str(self._task.pk), reason=type(error).__name__
            )
            connection.close()
