"""What a worker process does when it begins and when it ends."""

import threading

import dramatiq
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from processing.health import start
from processing.models import Worker
from processing.workers import temp_files
from processing.workers.presence import here

logger = structlog.get_logger(__name__)


class WorkerPresence(dramatiq.Middleware):
    """Shows the worker while it runs; at SIGTERM tells running steps to put their task down."""

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Begin to show; what this machine's dead workers left goes.

        That needs the database, which may be away just now: the worker shows itself anyway as
        soon as it is back, and the reconciler of this machine tidies up.
        """
        start.warn_beside()
        queues = sorted(worker.consumer_whitelist or settings.WORKER_QUEUES)
        threading.Thread(
            target=here.keep_showing, args=(queues,), name="presence", daemon=True
        ).start()
        try:
            temp_files.remove()
        except DatabaseError as error:
            logger.warning("temp_files_not_removed", reason=type(error).__name__)
        finally:
            connection.close()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Dramatiq would wait for running steps; they stop at this and are handed back."""
        here.stop()

    def after_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Leave the list of workers."""
        try:
            Worker.objects.filter(pk=here.name).delete()
        except DatabaseError as error:
            logger.warning("presence_not_cleared", reason=type(error).__name__)
