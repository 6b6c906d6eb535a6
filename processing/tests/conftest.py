"""Fixtures of the pipeline's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from processing.steps import transfers
from processing.workers import breaker as breakers
from processing.workers import readiness


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits for long between two tries, and no doubt outlives its test."""
    monkeypatch.setattr(transfers, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(breakers, "_LOOKED_EVERY_SECONDS", 0.0)
    yield
    breakers.storage.close()
    readiness._doubt._reason = ""
