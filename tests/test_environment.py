"""Each value is checked at start, with a message that says what to set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def _check(tmp_path: Path, *options: str, **changed: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATA": str(tmp_path)} | changed
    return subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_environment_starts(tmp_path: Path) -> None:
    assert _check(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "a"),
        ("SECRET_KEY", "a" * 50),
        ("SECRET_KEY", "only thirty-one characters long"),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("DATABASE_URL", "mysql://x/y"),
        ("REDIS_URL", "localhost:6379"),
        ("VODLOOM_WORKER_QUEUES", "encode,nonsense"),
        ("VODLOOM_SANDBOX", "maybe"),
        ("VODLOOM_MAX_POST_BYTES", "much"),
        ("VODLOOM_MAX_GIGAPIXELS", "0"),
        ("VODLOOM_KEEP_EVENTS_DAYS", "0"),
        ("VODLOOM_KEEP_RUNS_DAYS", "ever"),
        ("VODLOOM_KEEP_UPLOADS_DAYS", "99999"),
        ("LOG_FORMAT", "xml"),
        ("EMAIL_URL", "nonsense://x"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = _check(tmp_path, **{name: value})
    assert done.returncode != 0
    [sentence] = done.stderr.strip().splitlines()
    assert sentence.startswith("manage.py: ")
    assert name in sentence


def test_a_traceback_of_a_wrong_value_can_be_had(tmp_path: Path) -> None:
    assert "Traceback" in _check(tmp_path, "--traceback", LOG_FORMAT="xml").stderr


def test_without_settings_the_folder_of_make_run_is_asked_for(tmp_path: Path) -> None:
    assert "set the same DATA here" in _check(tmp_path, SECRET_KEY="").stderr


def test_half_a_pair_of_s3_keys_is_named(tmp_path: Path) -> None:
    done = _check(tmp_path, S3_BUCKET="b", S3_ACCESS_KEY_ID="x", S3_SECRET_ACCESS_KEY="")
    assert "S3_SECRET_ACCESS_KEY" in done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("prefix", ["../up", "a//b", "a b", "a/./b", "*", "x" * 201])
def test_a_prefix_that_is_no_folder_is_named(tmp_path: Path, prefix: str) -> None:
    done = _check(tmp_path, S3_BUCKET="b", S3_PREFIX=prefix)
    assert "S3_PREFIX" in done.stderr.strip().splitlines()[-1]


def test_a_prefix_comes_before_every_key(tmp_path: Path) -> None:
    asked = "from django.conf import settings as s; print(s.STORAGES['outputs']['OPTIONS'])"
    environment = {"DATA": str(tmp_path), "S3_BUCKET": "b", "S3_PREFIX": "/staging/vodloom/"}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", asked],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'location': 'staging/vodloom/outputs'" in done.stdout


def test_the_data_folders_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "vodloom.env").write_text("LOG_FORMAT=xml\n")
    assert "LOG_FORMAT" in _check(tmp_path).stderr
    assert _check(tmp_path, LOG_FORMAT="json").returncode == 0
