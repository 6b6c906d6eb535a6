"""Which worker this process is, what it works on, and whether it is to stop."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models.functions import Now

from processing.models import Task, Worker

logger = structlog.get_logger(__name__)

SEEN_EVERY_SECONDS = 5.0
# Short tasks follow each other faster than anybody looks.
_TOLD_EVERY_SECONDS = 0.5
ALIVE_WITHIN = timedelta(seconds=30)
DISK_FULL = "Its disk is nearly full: it takes no tasks until there is room."


class Here:
    """This process as a worker."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._current: Task | None = None
        self._told_at = 0.0

    @property
    def name(self) -> str:
        """The name other people see."""
        return str(settings.WORKER_NAME)

    @property
    def host(self) -> str:
        """The machine it runs on."""
        return socket.gethostname()

    @property
    def stopping(self) -> bool:
        """Whether running work is to be put down."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask running work to be put down."""
        self._stop.set()

    def has_room(self) -> bool:
        """Whether the work folder's disk has room for another task."""
        return disk_has_room()

    @contextmanager
    def at_work(self) -> Iterator[Callable[[Task], None]]:
        """What is called with each task shows it as this worker's current one, until left."""

        def show(task: Task) -> None:
            self._current = task
            if time.monotonic() - self._told_at > _TOLD_EVERY_SECONDS:
                self._tell()

        try:
            yield show
        finally:
            if self._current is not None:
                self._current = None
                self._tell()

    def keep_showing(self, queues: list[str]) -> None:
        """Say every few seconds that this worker lives, until it stops."""
        self._show(queues, started=True)
        while not self._stop.wait(SEEN_EVERY_SECONDS):
            self._show(queues, started=False)

    def _show(self, queues: list[str], *, started: bool) -> None:
        values: dict[str, object] = {
            "host": self.host,
            "queues": queues,
            "last_seen": Now(),
            "waits_because": "" if self.has_room() else DISK_FULL,
            "current_task_id": self._current.pk if self._current else None,
        }
        if started:
            values |= {"started_at": Now()}
        try:
            Worker.objects.update_or_create(
                pk=self.name, defaults=values, create_defaults={**values, "started_at": Now()}
            )
        except DatabaseError as error:
            logger.warning("presence_not_shown", reason=type(error).__name__)
        finally:
            connection.close()

    def _tell(self) -> None:
        """Only for people's eyes: a database that is away must not end the work."""
        self._told_at = time.monotonic()
        try:
            Worker.objects.filter(pk=self.name).update(current_task=self._current, last_seen=Now())
        except DatabaseError as error:
            logger.warning("presence_not_shown", reason=type(error).__name__)


def disk_has_room() -> bool:
    """Whether as much is free where work is done as a task may need."""
    folder = settings.WORK_DIR
    folder.mkdir(parents=True, exist_ok=True)
    return bool(shutil.disk_usage(folder).free >= settings.MIN_FREE_DISK_BYTES)


here = Here()
