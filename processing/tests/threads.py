"""Threads that use the database beside a test."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections


def in_a_thread(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Begin something with a connection of its own. Return the thread, and a list that gets what
    it returns or raises."""
    given: list[object] = []

    def run() -> None:
        try:
            given.append(act())
        except Exception as error:
            given.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, given
