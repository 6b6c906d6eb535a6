"""How the domain's errors are told."""

from collections.abc import Mapping

Refusals = Mapping[type[Exception], tuple[int, str, str]]
"""For each exception: the status, the stable code, and a sentence on what to do."""
