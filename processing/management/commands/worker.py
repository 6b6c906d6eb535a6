"""Run one worker process."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.env import QUEUES


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
        # Dramatiq reads these two from the environment alone. Stopping waits for as many
        # milliseconds, and a busy worker otherwise holds wake-ups another could use.
        os.environ["dramatiq_worker_timeout"] = "500"  # noqa: SIM112
        os.environ["dramatiq_queue_prefetch"] = "1"  # noqa: SIM112
        call_command(
            "rundramatiq",
            processes=1,
            threads=threads,
            queues=chosen,
            path=[str(settings.BASE_DIR), str(settings.BASE_DIR / "platform")],
            skip_logging=True,
            worker_shutdown_timeout=8000,
            verbosity=1,
        )
