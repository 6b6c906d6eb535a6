""".env.example lists all settings that the product reads, and its values work."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from config import env

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"


def example() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))


def test_it_names_everything_that_is_read() -> None:
    compose = (ROOT / "docker" / "compose.yml").read_text()
    read = {setting.name for setting in env.read().settings}
    others = set(example()) - read
    of_compose = {
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "LIGHT_MEMORY",
        "ENCODE_MEMORY",
        "PORT",
        "LOCK",
    }
    assert others == of_compose
    assert all(f"${{{name}:" in compose for name in others)
    assert read <= set(example())


def test_its_defaults_are_the_products(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {
        "DATA": str(tmp_path),
        "SECRET_KEY": "a key for tests that is long enough and used nowhere else",
    }
    for name in example():
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    defaults = env.read()
    for name, value in (example() | given).items():
        monkeypatch.setenv(name, value)
    assert replace(env.read(), settings=()) == replace(defaults, settings=())


def test_a_copy_of_it_is_a_file_for_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in example():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA", str(tmp_path))
    secret = "SECRET_KEY=a key for tests that is long enough and used nowhere else"
    text = EXAMPLE.read_text().replace("SECRET_KEY=", secret, 1)
    (tmp_path / "vodloom.env").write_text(text)
    assert env.read().data_dir == tmp_path
