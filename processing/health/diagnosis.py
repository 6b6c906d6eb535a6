"""Run checks in parallel, each with a time limit, whatever any of them raises."""

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
"""The time limit of a check, counted from when the checks that it waits for are done."""


class _Running:
    """A check in its own thread. The caller waits for it no longer than it may take."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._found: list[CheckResult] | None = None
        self._until = time.monotonic() + LONGEST_SECONDS
        # A daemon thread, so that a check that hangs does not keep the process from ending.
        self._thread = threading.Thread(target=self._look, name=check.__name__, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        try:
            self._found = _findings(self._check)
        finally:
            connections.close_all()

    def findings(self) -> list[CheckResult]:
        """Wait for the check and return its findings, or a finding that it timed out."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        if self._found is not None:
            return self._found
        return [any_check.TIMED_OUT.at(name_of(self._check), seconds=f"{LONGEST_SECONDS:g}")]


def diagnose(
    checks: Iterable[Check], *, gate: Check | None = None, gated: Collection[Check] = ()
) -> list[CheckResult]:
    """Run the checks and return their findings, in the order of the checks.

    The ``gated`` checks begin when the ``gate`` is done. If it finds a fault, they are not run.
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
    # A finding that several checks share is reported once.
    return [scrubbing.clean(finding) for finding in dict.fromkeys(found)]


def _kept(check: Check) -> CheckResult:
    return any_check.NOT_LOOKED_AT.at(name_of(check))


def _findings(check: Check) -> list[CheckResult]:
    try:
        found = check()
    except BaseException as error:  # the diagnosis must go on, whatever the error
        return [any_check.FAILED.at(name_of(check), error=type(error).__name__)]
    return [found] if isinstance(found, CheckResult) else list(found)


def name_of(check: Check) -> str:
    """Return the name for people of the part that a check looks at."""
    return check.__name__.replace("_", " ").capitalize()
