"""Checks of an installation, shared by ``/readyz?all=1``, ``doctor`` and the start of processes.

No finding contains a secret.
"""

from processing.health.checks import DOCTOR, GATE, GATED, START
from processing.health.diagnosis import Check, diagnose
from processing.health.finding import CheckResult, Level

__all__ = ["DOCTOR", "GATE", "GATED", "START", "Check", "CheckResult", "Level", "diagnose"]
