"""Runs checks beside each other, none longer than it may take, whatever any of them raises."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence

from django.db import connections

from processing.health import scrubbing
from processing.health.catalogue import any_check
from processing.health.finding import CheckResult, Level

Check = Callable[[], CheckResult | Sequence[CheckResult]]

LONGEST_SECONDS = 12.0
"""What a check may take, after those that it waits for."""


class _Running:
    """A check in a thread of its own, which nobody waits for longer than it may take."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._found: list[CheckResult] | None = None
        self._until = time.monotonic() + LONGEST_SECONDS
        # A daemon: one that hangs does not keep the process from ending.
        self._thread = threading.Thread(target=self._look, name=check.__name__, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        try:
            self._found = _findings(self._check)
        finally:
            connections.close_all()

    def findings(self) -> list[CheckResult]:
        """What it found, or that it found nothing in time."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        if self._found is not None:
            return self._found
        return [any_check.TIMED_OUT.at(name_of(self._check), seconds=f"{LONGEST_SECONDS:g}")]


def diagnose(
    checks: Iterable[Check], *, gate: Check | None = None, gated: Collection[Check] = ()
) -> list[CheckResult]:
    """What the checks find, in their order.

    Those that are ``gated`` begin when the ``gate`` is done, and are kept from it by a fault there.
    """
    checks = list(checks)
    running = {check: _Running(check) for check in checks if check not in gated}
    faults = running[gate].findings() if gate in running else []
    if all(finding.level is not Level.FAULT for finding in faults):
        running |= {check: _Running(check) for check in checks if check in gated}
    found = [
        finding
        for check in checks
        for finding in (running[check].findings() if check in running else [_kept(check)])
    ]
    # What keeps several from working is told once.
    return [scrubbing.clean(finding) for finding in dict.fromkeys(found)]


def _kept(check: Check) -> CheckResult:
    return any_check.NOT_LOOKED_AT.at(name_of(check))


def _findings(check: Check) -> list[CheckResult]:
    try:
        found = check()
    except BaseException as error:  # whatever it is, the person who asks wants a diagnosis
        return [any_check.FAILED.at(name_of(check), error=type(error).__name__)]
    return [found] if isinstance(found, CheckResult) else list(found)


def name_of(check: Check) -> str:
    """What people call the part it looks at."""
    return check.__name__.replace("_", " ").capitalize()
