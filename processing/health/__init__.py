"""What can be wrong with an installation: the checks that ``/readyz?all=1``, ``doctor`` and every
start share. No finding carries a secret."""

from processing.health.checks import DOCTOR, GATE, GATED, START
from processing.health.diagnosis import Check, diagnose
from processing.health.finding import CheckResult, Level

__all__ = ["DOCTOR", "GATE", "GATED", "START", "Check", "CheckResult", "Level", "diagnose"]
