"""An app that makes steps and duties raise exceptions on request.

It wraps the entries of the product's registries when a process starts. A small file in the folder
`CHAOS_FOLDER` sets how often exceptions are raised. Each exception raised in a task leaves a file
there too, so that the verdict knows what happened to the task.
"""

from __future__ import annotations

import errno
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.apps import AppConfig

P = ParamSpec("P")
T = TypeVar("T")

RATES = "rates.json"
UNKNOWN, OUTAGE, CURSE = "unknown", "outage", "curse"
# A task gets at most as many unknown errors and outages as the product promises to survive. A
# cursed task raises at every try, also without other faults, and the product must give it up.
_AT_MOST = {UNKNOWN: 1, OUTAGE: 2, CURSE: 1}
_OF_TEN = [UNKNOWN] * 4 + [OUTAGE] * 5 + [CURSE]


class Injected(Exception):
    """Raised on purpose."""


class Injection(AppConfig):
    """The app that wraps the registries."""

    name = "tests.chaos.injection"
    label = "chaos_injection"

    def ready(self) -> None:
        """Wrap steps and duties, since all apps are loaded and nothing runs yet."""
        injector = Injector(Path(os.environ["CHAOS_FOLDER"]))
        _wrap_steps(injector)
        _wrap_duties(injector)
        _renew_identity_often()


class Injector:
    """Raises exceptions at random before or after the functions it wraps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._random = random.Random(f"{os.environ.get('CHAOS_SEED')}{os.getpid()}")

    def around_step(self, run: Callable[P, T]) -> Callable[P, T]:
        """Wrap a step; its only argument holds the task."""

        @wraps(run)
        def step(*args: P.args, **kwargs: P.kwargs) -> T:
            task = str(args[0].task.pk)  # type: ignore[attr-defined]  # a TaskContext
            if any(self._marks(task, CURSE)):
                raise Injected("cursed")
            before = self._strikes("steps") and self._random.random() < 0.5
            if before:
                self._raise_in_task(task)
            outcome = run(*args, **kwargs)
            if not before and self._strikes("steps"):
                self._raise_in_task(task)
            return outcome

        return step

    def around_duty(self, run: Callable[P, T]) -> Callable[P, T]:
        """Wrap a duty, which takes no arguments."""

        @wraps(run)
        def duty(*args: P.args, **kwargs: P.kwargs) -> T:
            if self._strikes("duties"):
                raise self._error(self._random.choice([UNKNOWN, OUTAGE, CURSE]))
            done = run(*args, **kwargs)
            if self._strikes("duties"):
                raise self._error(self._random.choice([UNKNOWN, OUTAGE, CURSE]))
            return done

        return duty

    def _strikes(self, what: str) -> bool:
        try:
            rates = json.loads((self._folder / RATES).read_text())
        except (OSError, ValueError):
            return False
        return self._random.random() < float(rates.get(what, 0))

    def _raise_in_task(self, task: str) -> None:
        kind = self._random.choice(_OF_TEN)
        if len(list(self._marks(task, kind))) < _AT_MOST[kind]:
            error = self._error(kind)
            (self._folder / f"{task}.{kind}.{time.time_ns()}").write_text(type(error).__name__)
            raise error

    def _marks(self, task: str, kind: str) -> Iterator[Path]:
        return self._folder.glob(f"{task}.{kind}.*")

    def _error(self, kind: str) -> Exception:
        from django.db import DataError, IntegrityError, InterfaceError, OperationalError

        from processing.models import Run
        from videos.storage import StorageUnavailable

        if kind == CURSE:
            refused: list[Exception] = [
                Injected("cursed"),
                DataError("value too long for type character varying(16)"),
                IntegrityError("duplicate key value violates unique constraint"),
            ]
            return self._random.choice(refused)
        if kind == OUTAGE:
            outages: list[Exception] = [
                OperationalError("server closed the connection unexpectedly"),
                InterfaceError("connection already closed"),
                StorageUnavailable("the bucket refused: chaos"),
            ]
            return self._random.choice(outages)
        unknown: list[Exception] = [
            Injected("chaos"),
            KeyError("chaos"),
            AttributeError("chaos"),
            MemoryError(),
            OSError(errno.EIO, "Input/output error"),
            PermissionError(errno.EACCES, "Permission denied"),
            IsADirectoryError(errno.EISDIR, "Is a directory"),
            RecursionError("chaos"),
            Run.MultipleObjectsReturned("chaos"),
        ]
        return self._random.choice(unknown)


def _wrap_steps(injector: Injector) -> None:
    from processing.steps import STEPS

    for step in STEPS.values():
        _wrap(step, injector.around_step)


def _wrap_duties(injector: Injector) -> None:
    from processing.reconciler.duties import DUTIES

    for duty in DUTIES:
        _wrap(duty, injector.around_duty)


def _wrap(entry: Any, around: Callable[[Any], Any]) -> None:
    """Replace the function in the frozen entry itself, since others may already hold the entry."""
    object.__setattr__(entry, "run", around(entry.run))


def _renew_identity_often() -> None:
    """Renew the identity often, so that a restored database is recognised within minutes as older
    than its bucket."""
    from processing.reconciler.duties import DUTIES
    from videos import installation

    installation.INTERVAL_SECONDS = 10.0
    for duty in DUTIES:
        if duty.name == "keep_identity":
            object.__setattr__(duty, "every", timedelta(seconds=5))
