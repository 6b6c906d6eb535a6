"""The product under test: its processes, its servers, and what its database says of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import psycopg

from tests.chaos.storage import FaultyStorage
from tests.servers.app import PROGRAM, ROOT, Vodloom, running_vodloom
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.process import Process
from tests.servers.redis import Redis, running_redis
from tests.servers.s3 import S3, running_moto

WORKERS = ("encode", "encode-2", "encode-3", "light", "light-2")
RECONCILERS = ("reconciler", "reconciler-2")
State = Literal["up", "ending", "down", "frozen"]


class Attempt(NamedTuple):
    """A task as it was claimed once."""

    task: str
    token: str


@dataclass
class Fleet:
    """Everything that runs. ``states`` is what was done to each process, not what it does."""

    vodloom: Vodloom
    postgres: Postgres
    database: str
    s3: S3
    storage: FaultyStorage
    states: dict[str, State] = field(default_factory=dict)

    @property
    def redis(self) -> Redis:
        return self.vodloom.redis

    def process(self, name: str) -> Process:
        return self.vodloom.processes[name]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database itself; statements that change something return nothing."""
        with psycopg.connect(self.database, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def attempts_of(self, name: str) -> list[Attempt]:
        """What a worker of this name holds at this moment, and dead ones of it still seem to."""
        held = self.rows(
            "SELECT id, token FROM processing_task WHERE state = 'running' AND worker = %s",
            self.worker_name(name),
        )
        return [Attempt(str(task), str(token)) for task, token in held]

    def worker_of(self, task: str) -> tuple[str, Attempt] | None:
        """Who works on a task, if somebody does."""
        for name in self.those(WORKERS):
            for attempt in self.attempts_of(name):
                if attempt.task == task:
                    return name, attempt
        return None

    @staticmethod
    def worker_name(name: str) -> str:
        return f"test-{name}"

    def those(self, names: tuple[str, ...], state: State = "up") -> list[str]:
        return [name for name in names if self.states[name] == state]

    # What can be done to a process

    def freeze(self, name: str) -> None:
        """SIGSTOP it with its group; FFmpeg has a group of its own and goes on."""
        os.killpg(self.process(name).pid, signal.SIGSTOP)
        self.states[name] = "frozen"

    def thaw(self, name: str) -> None:
        os.killpg(self.process(name).pid, signal.SIGCONT)
        self.states[name] = "up"

    def kill(self, name: str) -> list[Attempt]:
        """SIGKILL its group; what it held."""
        os.killpg(self.process(name).pid, signal.SIGSTOP)  # so that it claims nothing meanwhile
        held = self.attempts_of(name)
        self.process(name).kill()
        self.states[name] = "down"
        return held

    def kill_child(self, name: str) -> list[Attempt]:
        """SIGKILL the process that works and leave its parent; what it held."""
        os.killpg(self.process(name).pid, signal.SIGSTOP)
        held = self.attempts_of(name)
        for child in _descendants(self.process(name).pid):
            if os.getpgid(child) == self.process(name).pid:
                os.kill(child, signal.SIGKILL)
        os.killpg(self.process(name).pid, signal.SIGCONT)
        self.states[name] = "ending"
        return held

    def ask_to_stop(self, name: str) -> None:
        self.process(name).ask_to_stop()
        self.states[name] = "ending"

    def start(self, name: str) -> None:
        self.process(name).start()
        self.states[name] = "up"


@contextmanager
def running_fleet(data: Path, *, seed: int, settings: str) -> Iterator[Fleet]:
    """Start everything on a database, a Redis and a bucket of its own."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(durable=True))
        database = postgres.create_database()
        s3 = stack.enter_context(running_moto())
        storage = stack.enter_context(FaultyStorage(s3.endpoint_url, seed).running())
        vodloom = stack.enter_context(
            running_vodloom(
                data,
                redis=stack.enter_context(running_redis()),
                database_url=database,
                extra={
                    **s3.environment,
                    "S3_ENDPOINT_URL": storage.url,
                    "S3_PUBLIC_ENDPOINT_URL": s3.endpoint_url,
                    "DJANGO_SETTINGS_MODULE": settings,
                },
            )
        )
        for name in (*WORKERS, *RECONCILERS):
            if name not in vodloom.processes:
                vodloom.processes[name] = _another(vodloom, name)
                vodloom.processes[name].start()
        fleet = Fleet(vodloom, postgres, database, s3, storage)
        fleet.states = dict.fromkeys((*WORKERS, *RECONCILERS), "up")
        try:
            yield fleet
        finally:
            for name in fleet.those((*WORKERS, *RECONCILERS), "frozen"):
                fleet.thaw(name)


def _another(vodloom: Vodloom, name: str) -> Process:
    return Process(
        name,
        [PROGRAM, name.partition("-")[0]],
        log=vodloom.data / f"{name}.log",
        environment=vodloom.environment | {"VODLOOM_WORKER_NAME": Fleet.worker_name(name)},
        folder=ROOT,
    )


def _descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    children = [int(child) for child in text.split()]
    return children + [below for child in children for below in _descendants(child)]
