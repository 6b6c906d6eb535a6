"""Schemathesis attacks the API by its description, with all its checks: no failure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients import tools
from tests.servers.fixtures import StartVodloom

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(1800)]

EXAMPLES = 30
"""The most examples for each operation and phase."""


def test_schemathesis_finds_no_fault(start_vodloom: StartVodloom, tmp_path: Path) -> None:
    # It tries wrong keys on every operation, more of them than one address may in a minute.
    vodloom = start_vodloom(VODLOOM_RATE_WRONG_KEYS="off")
    vodloom.manage("create_demo_user")
    key = vodloom.manage("create_api_key", "demo@example.com", "--name", "schemathesis").strip()
    command = str(tools.python_tools("schemathesis") / "schemathesis")
    said = tools.run(
        [
            *(command, "--config-file", str(tools.HERE / "schemathesis.toml")),
            *("run", f"{vodloom.url}/api/v1/schema/?format=json"),
            *("--checks", "all", "--max-examples", str(EXAMPLES), "--seed", "1"),
            *("--header", f"Authorization: Bearer {key}"),
        ],
        tmp_path,
    )
    generated, passed = re.findall(r"(\d+) generated, (\d+) passed", said)[0]
    assert generated == passed
    assert "Tested: 0" not in said
