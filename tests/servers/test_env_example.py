""".env.example names what the product reads, and its values work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import environ
import pytest

from config import env

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


def example() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))


def test_it_names_everything_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    get_value = environ.Env.get_value

    def recorded(self: environ.Env, var: str, *args: Any, **kwargs: Any) -> Any:
        read.add(var)
        return get_value(self, var, *args, **kwargs)

    monkeypatch.setattr(environ.Env, "get_value", recorded)
    monkeypatch.setenv("S3_BUCKET", "a bucket, so that its keys are asked for too")
    env.read()
    assert read == set(example())


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
    assert env.read() == defaults
