"""What can be wrong with an installation: the checks that ``/readyz``, ``doctor`` and every start
share. No finding carries a secret, or an address of ours."""

from processing.health.checks import DOCTOR, READY, Check, diagnose
from processing.health.finding import Finding, Level

__all__ = ["DOCTOR", "READY", "Check", "Finding", "Level", "diagnose"]
