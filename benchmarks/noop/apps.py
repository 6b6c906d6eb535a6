"""The app that makes the step known to every process of a benchmark."""

from importlib import import_module

from django.apps import AppConfig


class NoopConfig(AppConfig):
    """Loads the actors, which the worker's own list of modules does not name."""

    name = "benchmarks.noop"

    def ready(self) -> None:
        """Register the step and the actors; django-dramatiq has set its broker by now."""
        import_module("benchmarks.noop.actors")
