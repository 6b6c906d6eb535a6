"""The containers run what `make run` runs, with settings the product knows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def known_command(words: list[str]) -> bool:
    """Whether a command is one of those that `make run` gives."""
    match words:
        case ["scripts/program.sh", program]:
            text = (ROOT / "scripts" / "program.sh").read_text()
            return re.search(rf"^{program}\)", text, re.MULTILINE) is not None
        case ["python", "-m", module]:
            return (ROOT / module.replace(".", "/")).with_suffix(".py").exists()
    return False


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_a_known_command(name: str) -> None:
    assert known_command(OURS[name]["command"])


def test_every_program_has_a_service() -> None:
    assert {"web", "reconciler", "light", "encode", "prepare"} == set(OURS)


def test_the_images_own_commands_are_known() -> None:
    commands = re.findall(r"CMD (\[.*\])", DOCKERFILE)
    assert len(commands) == 2
    assert all(known_command(json.loads(command)) for command in commands)


def test_services_are_given_only_settings_that_exist() -> None:
    known = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    for service in OURS.values():
        assert set(service["environment"]) <= known


def test_the_image_holds_no_secret_and_no_root() -> None:
    assert re.search(r"^USER vodloom$", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", "var", ".git"} <= set(ignored)
