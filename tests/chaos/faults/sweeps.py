"""A manual sweep beside the reconcilers, which is killed while it runs."""

from __future__ import annotations

from tests.chaos.chaos import Chaos


def beside(chaos: Chaos) -> None:
    """Run `manage.py reconcile` once, and kill it some seconds later if it still runs."""
    seconds = chaos.random.uniform(1.0, 6.0)
    chaos.note(f"manage.py reconcile beside, killed after {seconds:.1f} s")
    process = chaos.fleet.sweep_beside()
    chaos.later(seconds, process.kill)
