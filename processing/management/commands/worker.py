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

# The broker, and the actors it is to know.
_MODULES = (
    *("django_dramatiq.setup", "django_dramatiq.tasks"),
    *("processing.actors", "accounts.actors"),
)


class Command(BaseCommand):
    """One Dramatiq process with the flags this product needs, instead of many to remember."""

    help = "Run a worker for some queues until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which queues, and how many tasks at once."""
        parser.add_argument("--queues", help="comma list; default VODLOOM_WORKER_QUEUES")
        parser.add_argument("--threads", type=int, default=1, help="tasks at once (default 1)")

    def handle(self, *args: Any, queues: str | None, threads: int, **options: Any) -> None:
        """Become Dramatiq."""
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
        # Each task has a thread and a lease; two more threads show the worker and tidy up.
        connections = max(settings.ENV.database_connections, 2 * threads + 2)
        os.environ["VODLOOM_DATABASE_CONNECTIONS"] = str(connections)
        # Dramatiq reads these two from the environment alone. Stopping waits for as many
        # milliseconds; a queue has as many drains as there are threads, and a worker that is
        # busy in all of them holds no wake-up another could use.
        os.environ["dramatiq_worker_timeout"] = "500"  # noqa: SIM112
        os.environ["dramatiq_queue_prefetch"] = str(threads)  # noqa: SIM112
        if code := _run(chosen, threads):
            sys.exit(code)


def _run(queues: Sequence[str], threads: int) -> int:
    """Dramatiq's own command, in this process: so its lines are written as all others are."""
    words = ["--processes", "1", "--threads", str(threads), "--worker-shutdown-timeout", "8000"]
    words += ["--skip-logging", *_MODULES, "--queues", *queues]
    # At SIGHUP it replaces itself by what these say.
    sys.argv = [sys.executable, *sys.argv]
    dramatiq: Any = cli  # it has no types
    return int(dramatiq.main(dramatiq.make_argument_parser().parse_args(words)))


def _check_itself() -> None:
    """A worker that would fail whatever it claims does not begin."""
    if faults := self_check.faults():
        logger.critical("worker_unfit", faults=faults)
        raise CommandError(f"This worker cannot work: {' '.join(faults)}")
