"""What a worker process does when it begins and when it ends."""

import threading
import time
from collections.abc import Callable

import dramatiq
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from config.logs import process
from processing.health import start
from processing.pipeline.doubtful_claims import doubtful_claims
from processing.steps import sources
from processing.workers import readiness, temp_files
from processing.workers.registry import SEEN_EVERY_SECONDS, current_worker
from processing.workers.slots import slots

logger = structlog.get_logger(__name__)

_TIDIED_EVERY_SECONDS = 60.0
_TIDIED_AGAIN_SECONDS = 10.0


class WorkerPresence(dramatiq.Middleware):
    """Shows the worker while it runs; at SIGTERM tells running steps to put their task down."""

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        """Dramatiq has given the process another standard error."""
        process.begin("worker")

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Begin to show and to tidy up.

        Both need the database, which may be away just now: they go on as soon as it is back.
        """
        start.warn_beside()
        logger.info("worker_started", worker=current_worker.name, threads=worker.worker_threads)
        slots.threads = worker.worker_threads
        queues = sorted(worker.consumer_whitelist or settings.WORKER_QUEUES)
        _in_background(
            "presence", lambda: current_worker.keep_showing(queues, readiness.last_reason)
        )
        _in_background("upkeep", _keep_up)

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Dramatiq would wait for running steps; they stop at this and are handed back."""
        current_worker.stop()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Leave the list of workers."""
        logger.info("worker_stopped", worker=current_worker.name)
        try:
            current_worker.leave()
        except DatabaseError as error:
            logger.warning("presence_not_cleared", reason=type(error).__name__)


def _in_background(name: str, work: Callable[[], None]) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


def _keep_up() -> None:
    """Look every few seconds whether this worker can work, so that people see it when nothing is
    to be done, and now and then remove what dead workers left on this machine."""
    tidy_at = 0.0
    while not current_worker.stopping:
        if time.monotonic() >= tidy_at:
            pause = _TIDIED_EVERY_SECONDS if _tidy() else _TIDIED_AGAIN_SECONDS
            tidy_at = time.monotonic() + pause
        try:
            readiness.why_not()
            doubtful_claims.release()
        except Exception as error:
            logger.warning("readiness_unknown", reason=type(error).__name__)
        current_worker.wait(SEEN_EVERY_SECONDS)


def _tidy() -> bool:
    """Whether all of it could be looked at."""
    try:
        temp_files.remove()
        sources.drop_unknown()
    except Exception as error:
        logger.warning("temp_files_not_removed", reason=type(error).__name__)
        return False
    finally:
        connection.close()
    return True
