"""The actions of a worker process when it starts and when it ends."""

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
    """Shows the worker while it runs. When the worker shuts down, tells running steps to stop."""

    def after_process_boot(self, broker: dramatiq.Broker) -> None:
        """Set up logging again, since Dramatiq has replaced the process's standard error."""
        process.begin("worker")

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Start the threads that show the worker and tidy up.

        Both need the database. If it is away, they go on as soon as it is back.
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
        """Tell running steps to stop and release their tasks; Dramatiq would only wait for them."""
        current_worker.stop()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Remove the worker from the list of workers."""
        logger.info("worker_stopped", worker=current_worker.name)
        try:
            current_worker.leave()
        except DatabaseError as error:
            logger.warning("presence_not_cleared", reason=type(error).__name__)


def _in_background(name: str, work: Callable[[], None]) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


def _keep_up() -> None:
    """Check every few seconds whether this worker can work, and tidy up at longer intervals.

    The check shows people the worker's state even when there is no work. Tidying removes the files
    that dead workers left on this machine.
    """
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
    """Remove leftover files and cached sources; return False after an error."""
    try:
        temp_files.remove()
        sources.drop_unknown()
    except Exception as error:
        logger.warning("temp_files_not_removed", reason=type(error).__name__)
        return False
    finally:
        connection.close()
    return True
