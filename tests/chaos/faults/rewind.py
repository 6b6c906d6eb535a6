"""A database that is restored to an earlier state, while the bucket is not."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.packages import find
from tests.chaos import objects
from tests.chaos.chaos import Chaos
from tests.chaos.fleet import Attempt, Fleet
from tests.servers.process import ServerFailed, wait_until

_PATIENCE = 120.0


@dataclass
class Rewind:
    """A dump, its restoration some time later, and the operator's steps after it.

    ``forgotten`` are the objects of the bucket that the restored rows do not know: nobody may
    delete them. ``gone`` are those that the rows know but that were deleted on request in between.
    ``unfinished`` are the uploads in parts that the bucket waited for, which nobody may abort.
    """

    dump_file: Path
    dumped_at: float = 0.0
    restored_at: float = 0.0
    forgotten: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    unfinished: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    _said: str = ""

    def dump(self, chaos: Chaos) -> None:
        """Back the database up while everything runs."""
        chaos.note("pg_dump")
        self.dumped_at = time.monotonic()
        _run("pg_dump", "--format=custom", f"--file={self.dump_file}", chaos.fleet.database)

    def restore(self, chaos: Chaos) -> None:
        """Stop everything, replace the database with the backup, and start everything."""
        fleet = chaos.fleet
        for name in fleet.those(fleet.members, "frozen"):
            fleet.thaw(name)
        chaos.note("everything stops, and the database is put back")
        fleet.vodloom.stop_all()
        _replace(fleet, self.dump_file)
        self.restored_at = time.monotonic()
        stored, wanted = objects.stored(fleet), objects.wanted(fleet)
        self.forgotten, self.gone = stored - objects.known(fleet), wanted - stored
        self.unfinished = objects.unfinished_uploads(fleet)
        held = fleet.rows("SELECT id, token FROM processing_task WHERE state = 'running'")
        attempts = [Attempt(str(task), str(token)) for task, token in held]
        chaos.note(f"everything starts; {len(self.forgotten)} objects are forgotten", attempts)
        fleet.start_all()

    def adopt(self, chaos: Chaos) -> None:
        """Adopt the storage, as operators must after a restore; check that nothing was deleted
        before."""
        lost = self.forgotten - objects.stored(chaos.fleet)
        self.problems += [f"{key} was deleted before the storage was adopted" for key in lost]
        try:
            wait_until(lambda: self._adopts(chaos.fleet), "the storage is adopted", _PATIENCE)
        except TimeoutError:
            self.problems.append(f"the storage is not adopted: {self._said}")
        chaos.note(f"manage.py adopt_storage: {self._said}")

    def _adopts(self, fleet: Fleet) -> bool:
        """Try to adopt the storage. This is refused if the bucket was in use a moment ago, or while
        the database is away."""
        try:
            self._said = fleet.vodloom.manage("adopt_storage").partition("\n")[0]
        except ServerFailed as failed:
            self._said = str(failed)
            return False
        return True

    def spans(self, moment: float) -> bool:
        """Whether the restored database lacks what happened at this moment."""
        return self.dumped_at <= moment <= self.restored_at


def _replace(fleet: Fleet, dump_file: Path) -> None:
    name = fleet.database.rpartition("/")[2]
    with psycopg.connect(fleet.postgres.url(), autocommit=True) as connection:
        identifier = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    _run("pg_restore", f"--dbname={fleet.database}", "--exit-on-error", str(dump_file))


def _run(program: str, *arguments: str) -> None:
    found = find(program)
    if found is None:
        raise ServerFailed(f"{program} is not installed; `make test` installs PostgreSQL")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerFailed(f"{program}: {done.stderr}")
