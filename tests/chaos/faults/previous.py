"""The end of a rolling upgrade."""

from __future__ import annotations

from tests.chaos.chaos import Chaos
from tests.chaos.fleet import PREVIOUS_WORKER


def retire(chaos: Chaos) -> None:
    """Stop the worker of the previous release for good."""
    if PREVIOUS_WORKER not in chaos.fleet.states:
        return
    if chaos.fleet.states[PREVIOUS_WORKER] == "frozen":
        chaos.fleet.thaw(PREVIOUS_WORKER)
    chaos.note(f"SIGTERM {PREVIOUS_WORKER}, for good")
    chaos.fleet.process(PREVIOUS_WORKER).stop()
    del chaos.fleet.states[PREVIOUS_WORKER]
