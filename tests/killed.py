"""Kill a process where it comes to a point of the code."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from django.db import connection


def killed_at(point: str, act: Callable[[], Any]) -> None:
    """Do something in a process of its own, which is killed (SIGKILL) when it calls ``point``.

    The caller's test must be transactional.
    """
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # only PostgreSQL has one
    child = os.fork()
    if not child:
        try:
            with patch(point, side_effect=lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)):
                act()
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
