"""A migration of many steps that is killed in any of them is finished by the next one."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
_VIDEOS = 4500  # more than two batches
_BEGIN = """
import os, sys
sys.path[:0] = [".", "platform"]
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from django.core.management import call_command
from django.db import connection
"""
_BEFORE = f"""{_BEGIN}
call_command("migrate", "videos", "0034", verbosity=0)
from django.db.migrations.executor import MigrationExecutor
apps = MigrationExecutor(connection).loader.project_state(("videos", "0034_ingest")).apps
owner = apps.get_model("accounts", "User").objects.create(email="owner@example.com", password="x")
Video = apps.get_model("videos", "Video")
Video.objects.bulk_create(
    Video(owner_id=owner.pk, title=f"Sea {{n}}", playback_id=f"p{{n}}") for n in range({_VIDEOS})
)
"""
# Before its statement of this number the migration's process dies, or its connection does.
_KILLED = f"""{_BEGIN}
import signal
from videos import search_index
at, victim = int(sys.argv[1]), sys.argv[2]
done = 0

def strike(execute, sql, params, many, context):
    global done
    done += 1
    if done == at and victim == "process":
        os.kill(os.getpid(), signal.SIGKILL)
    if done == at:
        execute("SELECT pg_terminate_backend(pg_backend_pid())", None, many, context)
    return execute(sql, params, many, context)

def struck(act):
    def call(*args, **named):
        with connection.execute_wrapper(strike):
            return act(*args, **named)
    return call

search_index.install = struck(search_index.install)
search_index.fill = struck(search_index.fill)
call_command("migrate", "videos", "0035", verbosity=0)
"""
_AFTER = f"""{_BEGIN}
call_command("migrate", verbosity=0)
from videos import search
from videos.models import Video
found = Video.objects.filter(search._Words("sea"))
assert found.count() == {_VIDEOS}, found.count()
Video.objects.filter(title="Sea 7").update(title="Lake")
assert found.count() == {_VIDEOS} - 1, "a trigger keeps the words"
"""


@pytest.fixture(scope="module")
def before(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database of before, with videos in it."""
    url = postgres.create_database()
    _run(_BEFORE, url, tmp_path_factory.mktemp("data"))
    return url.rpartition("/")[2]


@pytest.mark.parametrize("victim", ["process", "backend"])
def test_words_are_all_there_after_a_kill_in_any_statement(
    victim: str, before: str, postgres: Postgres, tmp_path: Path
) -> None:
    for number in count(1):
        url = postgres.create_database(template=before)
        killed = _run(_KILLED, url, tmp_path, str(number), victim, may_fail=True)
        _run(_AFTER, url, tmp_path)
        with psycopg.connect(url) as connection:
            [[missing]] = connection.execute(
                "SELECT count(*) FROM videos_video WHERE words IS NULL"
            ).fetchall()
        assert missing == 0, number
        if not killed:
            break
    assert number > 8, "the migration has more statements than that"


def _run(script: str, url: str, data: Path, *arguments: str, may_fail: bool = False) -> bool:
    """Run a script, and return whether it failed."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert may_fail or not done.returncode, done.stderr
    return bool(done.returncode)
