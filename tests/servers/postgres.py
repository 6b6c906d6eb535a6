"""A private PostgreSQL cluster."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.packages import find
from tests.servers.process import Process, ServerFailed, start_on_free_port

# The data is deleted after the test run, so nothing has to survive a power cut.
_FAST_AND_CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass
class Postgres:
    """A running cluster; its superuser postgres needs no password."""

    process: Process
    port: int
    migrated: str = ""
    """The name of the database that others are copied from; empty until there is one."""

    def url(self, database: str = "postgres") -> str:
        """Return the DATABASE_URL of a database."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template1") -> str:
        """Create a database, empty or as a copy of another one; return its DATABASE_URL."""
        name = f"vodloom_{uuid.uuid4().hex[:12]}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def stop(self) -> None:
        """Stop the server at once, as if it were lost; start() brings it back."""
        self.process.stop(signal.SIGINT)

    def start(self) -> None:
        """Start the server again at the same address."""
        self.process.start()
        self.process.wait_until(lambda: _answers(self.port), "accepting connections")


@contextmanager
def running_postgres(
    *, durable: bool = False, extra: Sequence[str] = (), files: Mapping[str, str] | None = None
) -> Iterator[Postgres]:
    """Run a new cluster in a temporary folder, which is removed at the end.

    A durable cluster keeps committed data, whatever happens to it, as in production. The `extra`
    settings come last; `files`, such as a pg_hba.conf, are written into its folder first.
    """
    user = "postgres" if os.geteuid() == 0 else ""
    folder = Path(tempfile.mkdtemp(prefix="vodloom-postgres-"))
    try:
        if user:
            shutil.chown(folder, user, user)
        _initdb(folder, user)
        _write(folder / "data", files or {}, user)
        settings = [*(() if durable else _FAST_AND_CARELESS), *extra]
        process, port = start_on_free_port(
            lambda port: _server(folder, port, user, settings), _answers
        )
        postgres = Postgres(process, port)
        try:
            yield postgres
        finally:
            postgres.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initdb(folder: Path, user: str) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = [_binary("initdb"), "--no-sync", *options, str(folder / "data")]
    done = subprocess.run(
        command,
        user=user or None,
        group=user or None,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerFailed(f"initdb failed:\n{done.stdout}{done.stderr}")


def _write(folder: Path, files: Mapping[str, str], user: str) -> None:
    for name, text in files.items():
        path = folder / name
        path.write_text(text)
        path.chmod(0o600)
        if user:
            shutil.chown(path, user, user)


def _server(folder: Path, port: int, user: str, extra: Sequence[str]) -> Process:
    settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        *extra,
    ]
    options = [word for setting in settings for word in ("-c", setting)]
    command = [_binary("postgres"), "-D", str(folder / "data"), "-p", str(port), *options]
    log = folder / "postgres.log"
    return Process("postgres", command, log=log, folder=folder, user=user)


def _binary(name: str) -> str:
    # On Debian only the clients are on the PATH.
    found = find(name)
    if found is None:
        raise ServerFailed(f"{name} is not installed; `make test` installs PostgreSQL")
    return str(found.resolve())


def _answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgres://postgres@127.0.0.1:{port}/postgres", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
