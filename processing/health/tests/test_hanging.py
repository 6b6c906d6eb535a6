"""Servers that take connections and never say a word keep the doctor for seconds, not for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.stubs import silent_port

ROOT = Path(__file__).parents[3]
SECRET = "hunter2-the-secret"


@pytest.mark.thorough
def test_an_installation_of_which_nothing_answers_is_told_soon(tmp_path: Path) -> None:
    with silent_port() as port:
        told = {
            "DATA": str(tmp_path),
            "DATABASE_URL": f"postgres://u:{SECRET}@127.0.0.1:{port}/x",
            "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:{port}/0",
            "S3_BUCKET": "films",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "S3_ACCESS_KEY_ID": "an-id",
            "S3_SECRET_ACCESS_KEY": SECRET,
            "EMAIL_URL": f"smtp+tls://u:{SECRET}@127.0.0.1:{port}",
        }
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "manage.py", "doctor", "--json"],
            cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        # Most of what is more than ten seconds is a machine that does other things.
        assert time.monotonic() - begun < 30
    assert (done.returncode, done.stderr) == (1, "")
    assert SECRET not in done.stdout
    codes = {one["code"] for one in json.loads(done.stdout)["checks"]}
    assert {"postgres_silent", "redis_silent", "s3_silent", "mail_silent"} <= codes
    assert "check_failed" not in codes
