"""Real servers and real worker processes for a benchmark."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command

from tests.servers.postgres import running_postgres
from tests.servers.process import Process, wait_until
from tests.servers.redis import running_redis

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "benchmarks.settings"


@contextmanager
def installation() -> Iterator[Path]:
    """Start a durable PostgreSQL and a Redis, and set up Django for both in this process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vodloom-bench-")))
        postgres = stack.enter_context(running_postgres(durable=True))
        redis = stack.enter_context(running_redis())
        os.environ |= {
            "DATA": str(folder),
            "DATABASE_URL": postgres.create_database(),
            "REDIS_URL": redis.url,
            "SECRET_KEY": "a key for benchmarks that is long enough and used nowhere else",
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        }
        django.setup()
        call_command("migrate", verbosity=0)
        yield folder


@contextmanager
def running(folder: Path, count: int) -> Iterator[None]:
    """Run this many worker processes with one thread each, as the product starts them."""
    workers = [_worker(folder, number) for number in range(count)]
    try:
        for worker in workers:
            worker.start()
        wait_until(lambda: _showing() == count, "all workers show themselves")
        yield
    finally:
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            worker.stop()


def _showing() -> int:
    model = apps.get_model("processing", "Worker")
    return int(model.objects.count())


def _worker(folder: Path, number: int) -> Process:
    command = [sys.executable, "manage.py", "worker", "--queues", "media,default", "--threads", "1"]
    return Process(
        f"worker-{number}",
        command,
        log=folder / f"worker-{number}.log",
        environment=os.environ | {"VODLOOM_WORKER_NAME": f"bench-{number}"},
        folder=ROOT,
    )
