"""The product under test: its processes, its servers, and their state in the database."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import psycopg

from scripts.console import Failed
from tests.chaos.disk import MountRefused, SmallDisk, mounted
from tests.chaos.exceptions import Exceptions
from tests.chaos.storage import FaultyStorage
from tests.servers import releases
from tests.servers.app import Vodloom, running_vodloom, worker_name
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.process import Process
from tests.servers.redis import Redis, running_redis
from tests.servers.s3 import S3, running_moto

WORKERS = ("encode", "encode-2", "encode-3", "light", "light-2")
RECONCILERS = ("reconciler", "reconciler-2")
ON_SMALL_DISK = ("encode-3", "light-2")
PREVIOUS_WORKER = "encode-previous"
TOOLS = ("ffmpeg", "ffprobe", "bwrap")
_TOKEN = re.compile(r"/work/([0-9a-f-]{36})")
# By then the last statement of a stopped process has reached the database, which works on it for
# at most two seconds.
_ON_ITS_WAY_SECONDS = 0.1
_STATEMENT_SECONDS = 2.0
State = Literal["up", "ending", "down", "frozen"]


class Attempt(NamedTuple):
    """One claim of a task: the task's id and the claim's token."""

    task: str
    token: str


class Tool(NamedTuple):
    """A program that a worker started: its process, and its attempt's token if that is visible."""

    name: str
    pid: int
    worker: str
    token: str


@dataclass
class Fleet:
    """All processes and servers. ``states`` holds what was done to each process, not what it
    does."""

    vodloom: Vodloom
    postgres: Postgres
    database: str
    s3: S3
    storage: FaultyStorage
    exceptions: Exceptions
    small_disk: SmallDisk | None = None
    states: dict[str, State] = field(default_factory=dict)

    @property
    def redis(self) -> Redis:
        return self.vodloom.redis

    @property
    def members(self) -> tuple[str, ...]:
        """The names of the workers and reconcilers."""
        return tuple(self.states)

    @property
    def workers(self) -> tuple[str, ...]:
        """The names of the workers."""
        return tuple(name for name in self.states if name not in RECONCILERS)

    @property
    def on_small_disk(self) -> tuple[str, ...]:
        """The workers whose disk may become full."""
        return ON_SMALL_DISK if self.small_disk else ()

    @property
    def folders(self) -> list[Path]:
        """The data folders: that of most processes, and that of the workers on the small disk."""
        small = [self.small_disk.path] if self.small_disk else []
        return [self.vodloom.data, *small]

    def process(self, name: str) -> Process:
        return self.vodloom.processes[name]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement on the database; statements without a result return an empty list."""
        with psycopg.connect(self.database, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def attempts_of(self, name: str) -> list[Attempt]:
        """Return the attempts that a worker of this name holds now, and those that still appear as
        held by a dead worker of the name."""
        held = self.rows(
            "SELECT id, token FROM processing_task WHERE state = 'running' AND worker = %s",
            worker_name(name),
        )
        return [Attempt(str(task), str(token)) for task, token in held]

    def attempts_of_stopped(self, name: str) -> list[Attempt]:
        """Return the attempts of a process that was just stopped. This first waits for its last
        statement in the database, which may be the claim of a task."""
        query = "SELECT pid, query_start FROM pg_stat_activity WHERE state = 'active'"
        time.sleep(_ON_ITS_WAY_SECONDS)
        at_work = set(self.rows(query))
        deadline = time.monotonic() + _STATEMENT_SECONDS
        while at_work & set(self.rows(query)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.attempts_of(name)

    def worker_of(self, task: str) -> tuple[str, Attempt] | None:
        """Return the worker and the attempt of a task, or None if nobody works on it."""
        for name in self.those(self.workers):
            for attempt in self.attempts_of(name):
                if attempt.task == task:
                    return name, attempt
        return None

    def those(self, names: tuple[str, ...], state: State = "up") -> list[str]:
        return [name for name in names if self.states[name] == state]

    # Faults of a process

    def freeze(self, name: str) -> None:
        """SIGSTOP a process group; FFmpeg has a group of its own and goes on."""
        os.killpg(self.process(name).pid, signal.SIGSTOP)
        self.states[name] = "frozen"

    def thaw(self, name: str) -> None:
        os.killpg(self.process(name).pid, signal.SIGCONT)
        self.states[name] = "up"

    def kill(self, name: str) -> list[Attempt]:
        """SIGKILL a process group; return the attempts it held."""
        os.killpg(self.process(name).pid, signal.SIGSTOP)  # so that it claims nothing meanwhile
        held = self.attempts_of_stopped(name)
        self.process(name).kill()
        self.states[name] = "down"
        return held

    def kill_child(self, name: str) -> list[Attempt]:
        """SIGKILL the working child, but not its parent; return the attempts it held."""
        os.killpg(self.process(name).pid, signal.SIGSTOP)
        held = self.attempts_of_stopped(name)
        for child in _descendants(self.process(name).pid):
            if os.getpgid(child) == self.process(name).pid:
                os.kill(child, signal.SIGKILL)
        os.killpg(self.process(name).pid, signal.SIGCONT)
        self.states[name] = "ending"
        return held

    def tools(self) -> list[Tool]:
        """Return the programs that the workers of this release are running, in order."""
        found = []
        for worker in self.those(tuple(w for w in self.workers if w != PREVIOUS_WORKER)):
            for pid in _descendants(self.process(worker).pid):
                name, command = _program(pid)
                if name in TOOLS:
                    shown = _TOKEN.search(command)
                    found.append(Tool(name, pid, worker, shown[1] if shown else ""))
        return found

    def kill_tool(self, tool: Tool) -> list[Attempt]:
        """SIGKILL a program of a worker; return the attempts it may have belonged to."""
        held = self.attempts_of(tool.worker)
        with suppress(ProcessLookupError):
            os.kill(tool.pid, signal.SIGKILL)
        return [attempt for attempt in held if attempt.token == tool.token] or held

    def sweep_beside(self) -> Process:
        """Start `manage.py reconcile`, which runs once, as a separate process."""
        process = Process(
            "sweep",
            [sys.executable, "manage.py", "reconcile"],
            log=self.vodloom.data / "sweep.log",
            environment=self.vodloom.environment,
            folder=self.vodloom.root,
        )
        process.start()
        self.vodloom.processes["sweep"] = process  # so that it is stopped with all others
        return process

    def ask_to_stop(self, name: str) -> None:
        self.process(name).ask_to_stop()
        self.states[name] = "ending"

    def start_all(self) -> None:
        """Start the web process and every member again, after all were stopped."""
        self.vodloom.start("web")
        for name in self.members:
            self.start(name)

    def start(self, name: str) -> None:
        self.process(name).start()
        self.states[name] = "up"


@contextmanager
def running_fleet(
    data: Path, *, seed: int, settings: str, say: Callable[[str], None], previous: bool = False
) -> Iterator[Fleet]:
    """Start everything on a database, a Redis and a bucket of its own.

    With `previous` one of the encode workers runs the previous release.
    """
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(durable=True))
        database = postgres.create_database()
        s3 = stack.enter_context(running_moto())
        storage = stack.enter_context(FaultyStorage(s3.endpoint_url, seed).running())
        exceptions = Exceptions(data / "exceptions")
        exceptions.folder.mkdir()
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
                    "CHAOS_FOLDER": str(exceptions.folder),
                    "CHAOS_SEED": str(seed),
                    "VODLOOM_FETCH_PRIVATE": "127.0.0.0/8",
                },
            )
        )
        fleet = Fleet(vodloom, postgres, database, s3, storage, exceptions)
        fleet.small_disk = _small_disk(stack, data, say)
        for name in (*WORKERS, *RECONCILERS):
            if fleet.small_disk and name in ON_SMALL_DISK:
                vodloom.add(name, DATA=str(fleet.small_disk.path)).start()
            elif name not in vodloom.processes:
                vodloom.add(name).start()
        fleet.states = dict.fromkeys((*WORKERS, *RECONCILERS), "up")
        if previous:
            _add_previous(fleet, data, say)
        try:
            yield fleet
        finally:
            for name in fleet.those(fleet.members, "frozen"):
                fleet.thaw(name)


def _small_disk(stack: ExitStack, data: Path, say: Callable[[str], None]) -> SmallDisk | None:
    try:
        return stack.enter_context(mounted(data / "small-disk"))
    except MountRefused:
        say("NOTE no worker's disk gets full: that takes the right to mount a file system")
        return None


def _add_previous(fleet: Fleet, data: Path, say: Callable[[str], None]) -> None:
    try:
        root = releases.unpack(releases.PREVIOUS, data / "previous")
    except (releases.HistoryMissing, Failed) as missing:
        say(f"NOTE no worker of the release before works beside: {missing}")
        return
    fleet.vodloom.add(PREVIOUS_WORKER, root=root, DJANGO_SETTINGS_MODULE="config.settings")
    fleet.start(PREVIOUS_WORKER)


def _descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    children = [int(child) for child in text.split()]
    return children + [below for child in children for below in _descendants(child)]


def _program(pid: int) -> tuple[str, str]:
    """Return the name of a process's program, and its whole command."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        return name, Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return "", ""
