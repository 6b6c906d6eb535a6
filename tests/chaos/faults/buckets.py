"""Faults of the bucket: it refuses requests, is away, or does not answer at all."""

from __future__ import annotations

from tests.chaos.chaos import Chaos, Deal


def storm(chaos: Chaos) -> None:
    """Spoil some requests to the bucket for a while."""
    _spoil(chaos, chaos.random.uniform(0.3, 0.8), chaos.random.uniform(3, 8))


def lose(chaos: Chaos) -> None:
    """Spoil all requests to the bucket for a while."""
    _spoil(chaos, 1.0, chaos.random.uniform(2, 6))


def hangs(seconds: float) -> Deal:
    """Return a fault that keeps connections open and passes nothing on for this many seconds."""

    def hang(chaos: Chaos) -> None:
        chaos.note(f"storage hangs for {seconds:g} s")
        chaos.fleet.storage.hang()
        chaos.later(seconds, chaos.fleet.storage.go_on)

    return hang


def _spoil(chaos: Chaos, rate: float, seconds: float) -> None:
    chaos.note(f"storage spoils {rate:.0%} of requests for {seconds:.1f} s")
    chaos.fleet.storage.fail(rate)
    chaos.later(seconds, lambda: chaos.fleet.storage.fail(0))
