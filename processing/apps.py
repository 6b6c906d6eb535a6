"""The processing app."""

import dramatiq
from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """Runs, tasks, workers."""

    name = "processing"

    def ready(self) -> None:
        """Have every worker process show itself."""
        from processing.workers.life import WorkerPresence
        from processing.workers.orphans import EndsWithMaster

        dramatiq.get_broker().add_middleware(WorkerPresence())
        dramatiq.get_broker().add_middleware(EndsWithMaster())
