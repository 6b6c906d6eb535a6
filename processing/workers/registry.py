"""This process as a worker: its name, its current task, and whether it must stop."""

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from config.version import VERSION
from processing.models import Task, Worker
from processing.workers.machine import this_machine

logger = structlog.get_logger(__name__)

SEEN_EVERY_SECONDS = 5.0
# Short tasks follow each other too quickly for each to be worth showing.
_TOLD_EVERY_SECONDS = 0.5
ALIVE_WITHIN = timedelta(seconds=30)
DISK_FULL = "Its disk is nearly full: it takes no tasks until there is room."
_NAME_LENGTH = 100
_HOST_LENGTH = 255
_REASON_LENGTH = 200


class CurrentWorker:
    """This process as a worker."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._current: Task | None = None
        self._told_at = 0.0
        self._name = ""
        self._row: QuerySet[Worker] = Worker.objects.none()
        self._queues: Sequence[str] = ()
        self.others_alive = False
        """Whether another worker served one of this worker's queues when that was last looked
        up."""

    @property
    def name(self) -> str:
        """The name shown to people. No other living worker has it."""
        return self._name or _cut(str(settings.WORKER_NAME))

    @property
    def host(self) -> str:
        """The name of the host it runs on."""
        return socket.gethostname()[:_HOST_LENGTH]

    @property
    def stopping(self) -> bool:
        """Whether running steps must stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Tell running steps to stop."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait until the worker must stop, for at most ``seconds``."""
        self._stop.wait(seconds)

    def end_process(self) -> None:
        """End this process by SIGTERM, as an operator would. Its supervisor starts another."""
        os.kill(os.getpid(), signal.SIGTERM)

    def serves_more_than(self, queue: str) -> bool:
        """Whether this worker's threads serve other queues too."""
        return any(other != queue for other in self._queues)

    @contextmanager
    def at_work(self) -> Iterator[Callable[[Task], None]]:
        """Yield a function that shows a task as this worker's current one, until the block ends."""

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

    def keep_showing(self, queues: Sequence[str], why_not: Callable[[], str]) -> None:
        """Update this worker's row every few seconds until it stops.

        ``why_not`` returns the reason why it takes no tasks. While the database is away, errors
        are logged and the update is retried.
        """
        self._queues = queues
        while True:
            try:
                self._show(queues, why_not())
            except Exception as error:
                logger.warning("presence_not_shown", reason=type(error).__name__)
            finally:
                connection.close()
            if self._stop.wait(SEEN_EVERY_SECONDS):
                return

    def leave(self) -> None:
        """Remove this worker from the list of workers."""
        self._row.delete()

    def _show(self, queues: Sequence[str], reason: str) -> None:
        values: dict[str, object] = {
            "host": self.host,
            "machine": this_machine().name,
            "pid": os.getpid(),
            "version": VERSION,
            "queues": list(queues),
            "last_seen": Now(),
            "waits_because": reason[:_REASON_LENGTH],
            "current_task_id": self._current.pk if self._current else None,
        }
        # While it was frozen, its row may have been deleted and another may have taken its name.
        if not self._row.update(**values):
            self._enter(values)
        alive = Worker.objects.filter(last_seen__gt=Now() - ALIVE_WITHIN).exclude(pk=self._name)
        served = {queue for worker in alive.values_list("queues", flat=True) for queue in worker}
        self.others_alive = not served.isdisjoint(queues)

    def _enter(self, values: dict[str, object]) -> None:
        """Create a row under a name that no living worker has.

        It is the configured name, or that name with a number added.
        """
        wanted = _cut(str(settings.WORKER_NAME))
        for name in _numbered(wanted):
            with transaction.atomic():
                before = Worker.objects.select_for_update(of=("self",)).filter(pk=name).first()
                if before is not None and self._is_alive(before):
                    continue
                Worker.objects.filter(pk=name).delete()
                row = Worker.objects.create(pk=name, started_at=Now(), **values)
                row.refresh_from_db(fields=["started_at"])
                # So that comparisons match: SQLite's Now() stores fewer digits than Django writes.
                row.save(update_fields=["started_at"])
            break
        self._name = name
        self._row = Worker.objects.filter(pk=name, started_at=row.started_at)
        if name != wanted:
            logger.warning("worker_name_taken", taken=wanted, worker=name)

    def _is_alive(self, other: Worker) -> bool:
        """Whether a worker was seen lately and its process is not known to be gone."""
        lately = Worker.objects.filter(pk=other.pk, last_seen__gt=Now() - ALIVE_WITHIN)
        return lately.exists() and not self._is_gone(other)

    def _is_gone(self, other: Worker) -> bool:
        """Whether a worker of this machine is known to have no process any more.

        Only process numbers on the same host and machine are compared, since processes of another
        container have numbers of their own.
        """
        if (other.host, other.machine) != (self.host, this_machine().name) or other.pid is None:
            return False
        try:
            os.kill(other.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def _tell(self) -> None:
        """Store the current task. It is for display only, so a database error ends no work."""
        self._told_at = time.monotonic()
        try:
            self._row.update(current_task=self._current, last_seen=Now())
        except DatabaseError as error:
            logger.warning("presence_not_shown", reason=type(error).__name__)


def _cut(name: str) -> str:
    return name[:_NAME_LENGTH]


def _numbered(name: str) -> Iterator[str]:
    """Yield the name, then the name with -2, -3 and so on."""
    yield name
    for number in count(2):
        ending = f"-{number}"
        yield name[: _NAME_LENGTH - len(ending)] + ending


def disk_has_room() -> bool:
    """Whether the work folder's disk has ``MIN_FREE_DISK_BYTES`` free.

    Also False when the folder cannot be used.
    """
    folder = settings.WORK_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return bool(shutil.disk_usage(folder).free >= settings.MIN_FREE_DISK_BYTES)
    except OSError:
        return False


current_worker = CurrentWorker()
