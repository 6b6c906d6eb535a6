"""Every process reads the environment at its start, and ends with what is wrong with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings_of_tests import GOOD_KEY, set_nothing

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_nothing(monkeypatch, tmp_path)


def _run(tmp_path: Path, *command: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"DATA": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT}/platform"} | changed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_environment_starts(tmp_path: Path) -> None:
    assert _run(tmp_path, "manage.py", "check").returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("manage.py", "worker"),
        ("-m", "uvicorn", "config.asgi:application"),
        ("-m", "config.serve"),
        ("-m", "scripts.prepare"),
    ],
)
def test_each_process_ends_with_the_sentences_alone(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = _run(tmp_path, *command, LOG_FORMAT="xml", USE_HTTPS="ture")
    assert done.returncode == 1
    told = done.stderr.strip().splitlines()
    assert [name in line for name, line in zip(("USE_HTTPS", "LOG_FORMAT"), told, strict=True)]


def test_programs_that_ask_the_doctor_are_told_of_wrong_values_too(tmp_path: Path) -> None:
    done = _run(tmp_path, "manage.py", "doctor", "--json", LOG_FORMAT="xml", USE_HTTPS="ture")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert [(one["code"], one["level"]) for one in told["checks"]] == [
        ("settings_wrong", "fault")
    ] * 2
    assert "USE_HTTPS is 'ture'" in told["checks"][0]["detail"]
    assert done.stderr == ""


def test_a_traceback_of_a_wrong_value_can_be_had(tmp_path: Path) -> None:
    assert "Traceback" in _run(tmp_path, "manage.py", "check", "--traceback", LOG_FORMAT="x").stderr


def test_what_is_in_force_is_printed_without_secrets(tmp_path: Path) -> None:
    done = _run(tmp_path, "manage.py", "settings", LOG_LEVEL="warning", SECRET_KEY=GOOD_KEY)
    told = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert told["LOG_LEVEL"] == "warning  (environment)"
    assert told["USE_HTTPS"].startswith("true  (default)") or "USE_HTTPS" in os.environ
    assert told["SECRET_KEY"] == "(hidden)  (environment)"
    assert GOOD_KEY not in done.stdout
    # Also when it stands in the file, as in a copy of .env.example.
    (tmp_path / "vodloom.env").write_text("SESSION_DAYS=14\nOLD_S3_REGION=\nLOG_LEVEL=error\n")
    changed = _run(tmp_path, "manage.py", "settings", "--changed", SECRET_KEY=GOOD_KEY).stdout
    assert "LOG_LEVEL" in changed
    assert "SESSION_DAYS" not in changed


def test_a_prefix_comes_before_every_key(tmp_path: Path) -> None:
    asked = "from django.conf import settings as s; print(s.STORAGES['outputs']['OPTIONS'])"
    changed = {"S3_BUCKET": "bucket", "S3_PREFIX": "/staging/vodloom/"}
    done = _run(tmp_path, "manage.py", "shell", "-v0", "-c", asked, **changed)
    assert "'location': 'staging/vodloom/outputs'" in done.stdout
