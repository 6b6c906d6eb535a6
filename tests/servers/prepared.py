"""What preparing an installation makes, made once for all that a test run prepares."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers import shared

_ROOT = Path(__file__).resolve().parents[2]


def static_files(folder: Path) -> None:
    """Fill a folder with the product's static files, as collectstatic leaves them, but without
    compressed copies."""
    shutil.copytree(shared.once("static", _collect), folder, dirs_exist_ok=True)


def sqlite(path: Path) -> None:
    """Make an SQLite database with all tables and nothing more than migrations put into them."""
    shutil.copy(shared.once("sqlite", _migrate) / "vodloom.sqlite3", path)


def _collect(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as data:
        settings = {"DJANGO_SETTINGS_MODULE": "tests.servers.uncompressed_settings"}
        settings |= {"DATA": data, "VODLOOM_STATIC_ROOT": str(folder)}
        _manage("collectstatic", "--no-input", **settings)


def _migrate(folder: Path) -> None:
    _manage("migrate", DATA=str(folder))


def _manage(*arguments: str, **environment: str) -> None:
    ours = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        "SECRET_KEY": "a key for tests that is long enough and used nowhere else",
        "USE_HTTPS": "false",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    words = [sys.executable, "manage.py", *arguments, "--verbosity", "0"]
    subprocess.run(words, cwd=_ROOT, env={**ours, **settings, **environment}, check=True)
