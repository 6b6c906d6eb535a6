"""The processing app."""

import dramatiq
from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """Runs, tasks, workers."""

    name = "processing"

    def ready(self) -> None:
        """Have every worker process show itself."""
        from processing.workers.life import WorkerPresence

        dramatiq.get_broker().add_middleware(WorkerPresence())
