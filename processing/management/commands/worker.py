"""Run one worker process."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from dramatiq import cli

from config.env import QUEUES
from config.logs import process
from processing.workers import self_check

logger = structlog.get_logger(__name__)

# The modules with the broker and its actors.
_MODULES = (
    *("django_dramatiq.setup", "django_dramatiq.tasks"),
    *("processing.actors", "accounts.actors"),
)


class Command(BaseCommand):
    """Run one Dramatiq process with the flags this product needs, so nobody must remember them."""

    help = "Run a worker for some queues until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments for the queues and the number of threads."""
        parser.add_argument("--queues", help="comma list; default VODLOOM_WORKER_QUEUES")
        parser.add_argument("--threads", type=int, default=1, help="tasks at once (default 1)")

    def handle(self, *args: Any, queues: str | None, threads: int, **options: Any) -> None:
        """Check the arguments and this worker, then run Dramatiq in this process."""
        chosen = queues.split(",") if queues else settings.WORKER_QUEUES
        unknown = sorted(set(chosen) - set(QUEUES))
        if unknown:
            raise CommandError(
                f"Unknown queue {', '.join(unknown)}; there are {', '.join(QUEUES)}."
            )
        if threads < 1:
            raise CommandError("--threads must be at least 1.")
        process.begin("worker")
        _check_itself()
        # Each task has two threads, one for its lease; two more show the worker and tidy up.
        connections = max(settings.ENV.database_connections, 2 * threads + 2)
        os.environ["VODLOOM_DATABASE_CONNECTIONS"] = str(connections)
        # Dramatiq reads these two only from the environment. The timeout, in milliseconds, is how
        # long stopping may wait for a consumer. With a prefetch of one message per thread, a
        # worker with all threads busy holds no wake-up that another worker could use.
        os.environ["dramatiq_worker_timeout"] = "500"  # noqa: SIM112
        os.environ["dramatiq_queue_prefetch"] = str(threads)  # noqa: SIM112
        if code := _run(chosen, threads):
            sys.exit(code)


def _run(queues: Sequence[str], threads: int) -> int:
    """Run Dramatiq's own command in this process, so that its log has the format of all others."""
    words = ["--processes", "1", "--threads", str(threads), "--worker-shutdown-timeout", "8000"]
    words += ["--skip-logging", *_MODULES, "--queues", *queues]
    # At SIGHUP Dramatiq replaces its process by this command line.
    sys.argv = [sys.executable, *sys.argv]
    dramatiq: Any = cli  # it has no types
    return int(dramatiq.main(dramatiq.make_argument_parser().parse_args(words)))


def _check_itself() -> None:
    """Raise ``CommandError`` if this worker has a fault that would fail every task it claims."""
    if faults := self_check.faults():
        logger.critical("worker_unfit", faults=faults)
        raise CommandError(f"This worker cannot work: {' '.join(faults)}")
