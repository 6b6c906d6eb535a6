"""PgBouncer in transaction mode, before a PostgreSQL of the tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.servers.process import Process, start_on_free_port


@dataclass
class PgBouncer:
    """A running pooler for all databases of its server."""

    process: Process
    port: int

    def url(self, database_url: str) -> str:
        """Return the URL of the same database through the pooler."""
        name = urlsplit(database_url).path.strip("/")
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def command(self, command: str) -> None:
        """Run a console command, such as PAUSE or RESUME."""
        address = f"postgres://postgres@127.0.0.1:{self.port}/pgbouncer"
        with psycopg.connect(address, autocommit=True) as console:
            console.execute(command.encode())


def installed() -> bool:
    """Whether PgBouncer is installed."""
    return shutil.which("pgbouncer") is not None


@contextmanager
def running_pgbouncer(
    postgres_port: int, *, connections: int = 10, wait_seconds: int = 2
) -> Iterator[PgBouncer]:
    """Run a new pooler that opens at most ``connections`` to a database of the server; queries wait
    up to ``wait_seconds`` for one."""
    user = "postgres" if os.geteuid() == 0 else ""
    folder = Path(tempfile.mkdtemp(prefix="vodloom-pgbouncer-"))
    try:
        process, port = start_on_free_port(
            lambda port: _server(folder, port, postgres_port, (connections, wait_seconds), user),
            _answers,
        )
        try:
            yield PgBouncer(process, port)
        finally:
            process.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server(
    folder: Path, port: int, postgres_port: int, bounds: tuple[int, int], user: str
) -> Process:
    connections, wait_seconds = bounds
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "admin_users": "postgres",
        "pool_mode": "transaction",
        "default_pool_size": connections,
        "max_client_conn": 1000,
        "server_tls_sslmode": "disable",
        # As in docs/operations.md. With the defaults a query waits for minutes while the server is
        # away, and the pooler rarely tries to connect again.
        "query_wait_timeout": wait_seconds,
        "server_login_retry": 1,
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    server = f"* = host=127.0.0.1 port={postgres_port} user=postgres"
    (folder / "pgbouncer.ini").write_text(
        "\n".join(["[databases]", server, "[pgbouncer]", *lines, ""])
    )
    if user:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, user)
    command = [shutil.which("pgbouncer") or "pgbouncer", str(folder / "pgbouncer.ini")]
    return Process("pgbouncer", command, log=folder / "log", folder=folder, user=user)


def _answers(port: int) -> bool:
    try:
        address = f"postgres://postgres@127.0.0.1:{port}/pgbouncer"
        with psycopg.connect(address, autocommit=True, connect_timeout=2):
            return True
    except psycopg.Error:
        return False
