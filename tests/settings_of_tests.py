"""An environment in which nothing is set but what must be."""

from pathlib import Path

import pytest

from config import env

GOOD_KEY = "a key for tests that is long enough and used nowhere else"


def set_nothing(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """Unset every setting but the key and the data folder."""
    for setting in env.read().settings:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("SECRET_KEY", GOOD_KEY)
    monkeypatch.setenv("DATA", str(data))
