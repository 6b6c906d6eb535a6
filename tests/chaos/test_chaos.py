"""Whatever fails at random, no video is stuck, nothing is lost and nothing is left over."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from tests.chaos.forms import SHORT
from tests.chaos.run import run, say


@pytest.mark.alone
@pytest.mark.thorough
@pytest.mark.timeout(480)
def test_chaos_neither_loses_nor_sticks(tmp_path: Path) -> None:
    seed = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(100_000))
    told: list[str] = [f"again with CHAOS_SEED={seed}"]
    verdict = run(tmp_path, SHORT, seed, told.append)
    say(str(verdict))
    assert not verdict.problems, "\n".join(told)
