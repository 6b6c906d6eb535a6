"""Spans that do not meet are told by their numbers."""

from __future__ import annotations

from processing.steps.borders import _differ


def test_a_span_is_held_against_the_one_before() -> None:
    kept = {0: ("a", "b"), 1: ("b", "c"), 2: ("x", "d"), 4: ("e",), 5: ()}
    assert [at for at in kept if _differ(kept, at)] == [2]
