"""The processing app."""

import dramatiq
from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """The app of runs, tasks and workers."""

    name = "processing"

    def ready(self) -> None:
        """Add the middleware that shows worker processes and ends them with their master."""
        from processing.workers.life import WorkerPresence
        from processing.workers.orphans import EndsWithMaster

        dramatiq.get_broker().add_middleware(WorkerPresence())
        dramatiq.get_broker().add_middleware(EndsWithMaster())
