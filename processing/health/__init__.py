"""What can be wrong with an installation: the checks that ``/readyz``, ``doctor`` and every start
share. No finding carries a secret; those of ``READY`` carry no address of ours either."""

from processing.health.checks import DOCTOR, GATE, GATED, READY, START
from processing.health.diagnosis import Check, diagnose
from processing.health.finding import Finding, Level

__all__ = ["DOCTOR", "GATE", "GATED", "READY", "START", "Check", "Finding", "Level", "diagnose"]
