"""Exceptions in every step and every duty."""

from __future__ import annotations

from tests.chaos.chaos import Chaos


def in_steps(chaos: Chaos) -> None:
    """Steps raise, before or after their work, for a while."""
    _raise(chaos, "steps")


def in_duties(chaos: Chaos) -> None:
    """The reconciler's duties raise for a while."""
    _raise(chaos, "duties")


def _raise(chaos: Chaos, what: str) -> None:
    rate, seconds = chaos.random.uniform(0.3, 0.9), chaos.random.uniform(3, 8)
    chaos.note(f"{what} raise, {rate:.0%} for {seconds:.1f} s")
    chaos.fleet.exceptions.set_rate(what, rate)
    chaos.later(seconds, lambda: chaos.fleet.exceptions.set_rate(what, 0))
