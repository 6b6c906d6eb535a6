"""The preparation of a start, by the command that containers use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def prepare(data: Path, **settings: str) -> str:
    """Run the command and return its output."""
    environment = os.environ | {
        "DATA": str(data),
        "DATABASE_URL": "",
        "VODLOOM_RUN": str(data),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        **settings,
    }
    words = [sys.executable, "-m", "scripts.prepare"]
    done = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


@pytest.mark.thorough
def test_it_makes_no_user_unless_told_to_and_mends_what_was_interrupted(tmp_path: Path) -> None:
    assert prepare(tmp_path) == ""
    static = tmp_path / "static"
    files = json.loads((static / "staticfiles.json").read_text())["paths"]
    assert all((static / name).exists() for name in files.values())
    assert not (static / ".unfinished").exists()

    (static / "staticfiles.json").unlink()
    (static / ".unfinished").touch()
    assert prepare(tmp_path, VODLOOM_DEMO="true", VODLOOM_RUN="") == "", "only make run may"
    (static / "staticfiles.json").unlink()
    (static / ".unfinished").touch()
    assert "Log in as demo@example.com" in prepare(tmp_path, VODLOOM_DEMO="true")
    assert json.loads((static / "staticfiles.json").read_text())["paths"] == files
    assert prepare(tmp_path, VODLOOM_DEMO="true") == ""
