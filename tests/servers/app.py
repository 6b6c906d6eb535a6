"""The whole product as real processes, started by the same commands as in `make run`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import prepared
from tests.servers.commands import Commands
from tests.servers.postgres import Postgres
from tests.servers.process import Process, ServerFailed, start_on_free_port
from tests.servers.redis import Redis

ROOT = Path(__file__).resolve().parents[2]
BACKGROUND = ("reconciler", "light")

_MIGRATED: set[str] = set()
"""The addresses of databases that need no migration."""


@dataclass
class Vodloom:
    """A running copy of the product, with data, logs and environment of its own.

    ``root`` is the checkout it is started from, which may be of another release.
    """

    environment: dict[str, str]
    data: Path
    redis: Redis
    root: Path = ROOT
    url: str = ""
    processes: dict[str, Process] = field(default_factory=dict)
    _commands: Commands | None = field(default=None, repr=False)

    def manage(self, *arguments: str) -> str:
        """Run manage.py and return its output; raise ServerFailed with all output if it fails."""
        done = self._ready_commands().run(arguments) if self.root == ROOT else None
        if done is None:
            return _manage(arguments, self.environment, self.root)
        return _output(arguments, *done)

    def _ready_commands(self) -> Commands:
        environment = _with_commands(self.environment, self.root)
        if self._commands is None or self._commands.environment != environment:
            self._end_commands()
            self._commands = Commands(self.root, environment)
        return self._commands

    def _end_commands(self) -> None:
        if self._commands:
            self._commands.close()
            self._commands = None

    def restart(self, name: str) -> None:
        """Stop a process and start it again, as a deploy does."""
        self.processes[name].stop()
        self.start(name)

    def start(self, name: str) -> None:
        """Start a process that was stopped or killed."""
        self.processes[name].start()
        if name == "web":
            self.processes[name].wait_until(lambda: _answers(self.url), "/healthz answers")

    def kill(self, name: str) -> None:
        """SIGKILL a process and its group."""
        self.processes[name].kill()

    def add(self, name: str, *, root: Path | None = None, **environment: str) -> Process:
        """Add a process without starting it; its program is the part of the name before the first
        hyphen.

        With ``root`` it runs the code of another release; ``environment`` is added for it alone.
        """
        own = {"VODLOOM_WORKER_NAME": worker_name(name), **environment}
        root = root or self.root
        self.processes[name] = Process(
            name,
            [str(root / "scripts" / "program.sh"), name.partition("-")[0]],
            log=self.data / f"{name}.log",
            environment=_with_commands(self.environment, root) | own,
            folder=root,
        )
        return self.processes[name]

    def start_web(self, *, name: str = "web", root: Path | None = None) -> str:
        """Start a web process on a free port and return its address."""
        web, port = start_on_free_port(
            lambda port: self.add(name, root=root, PORT=str(port)),
            lambda port: _answers(f"http://127.0.0.1:{port}"),
        )
        self.processes[name] = web
        return f"http://127.0.0.1:{port}"

    def stop_all(self) -> None:
        """Ask all processes to stop at once, so that they stop in parallel; then wait for each."""
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop()
        self._end_commands()

    @property
    def logs(self) -> str:
        """The ends of all logs, for the message about a failure."""
        return "\n".join(process.log_tail() for process in self.processes.values())


@contextmanager
def running_vodloom(
    data: Path,
    *,
    redis: Redis,
    database_url: str = "",
    extra: Mapping[str, str] | None = None,
    encoders: int = 1,
    root: Path = ROOT,
) -> Iterator[Vodloom]:
    """Migrate and start web, reconciler, a light and some encode workers; stop all at the end.

    The encode workers are called `encode`, `encode-1` and so on.

    Without a `database_url` the database is SQLite in the data folder. `extra` adds settings such
    as those of S3. `root` is the checkout that is run.
    """
    environment = environment_of(data, redis.url, database_url) | dict(extra or {})
    vodloom = Vodloom(environment, data, redis, root)
    try:
        if root != ROOT or database_url not in _MIGRATED:
            vodloom.manage("migrate", "--verbosity", "0")
        if root == ROOT and "VODLOOM_STATIC_ROOT" not in environment:
            prepared.static_files(data / "static")
        else:
            vodloom.manage("collectstatic", "--no-input", "--verbosity", "0")
        _start_all(vodloom, encoders)
        yield vodloom
    finally:
        vodloom.stop_all()


def migrated_database(postgres: Postgres | None) -> str:
    """Return the DATABASE_URL of a new, migrated database; empty (SQLite) without PostgreSQL.

    It is a copy of a database that is migrated once per cluster, since migrating takes seconds.
    """
    if postgres is None:
        return ""
    if not postgres.migrated:
        url = postgres.create_database()
        with tempfile.TemporaryDirectory() as data:
            _manage(["migrate", "--verbosity", "0"], environment_of(Path(data), "", url), ROOT)
        postgres.migrated = url.rpartition("/")[2]
    copy = postgres.create_database(template=postgres.migrated)
    _MIGRATED.add(copy)
    return copy


def worker_name(name: str) -> str:
    """Return the worker name of the process with this name."""
    return f"test-{name}"


def environment_of(data: Path, redis_url: str, database_url: str) -> dict[str, str]:
    """Return the environment of an operator who set only this, on a machine like this one."""
    ours = ("PATH", "HOME", "LANG", "TMPDIR", "VODLOOM_FFMPEG", "VODLOOM_FFPROBE")
    environment = {name: os.environ[name] for name in ours if name in os.environ}
    scripts = str(Path(sys.executable).parent)
    environment |= {
        "PATH": os.pathsep.join([scripts, environment.get("PATH", os.defpath)]),
        "DATA": str(data),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "a key for tests that is long enough and used nowhere else",
        "USE_HTTPS": "false",
        "VODLOOM_GRACE_SECONDS": "3",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "VODLOOM_SIGNUP": "open",
        "EMAIL_URL": f"filemail://{data / 'mail'}",
    }
    return environment


def commands_of(root: Path) -> Path:
    """Return the folder of the commands that a checkout runs by: those of its own environment if it
    is another release that has one, otherwise those of this Python."""
    own = root / ".venv" / "bin"
    return own if root != ROOT and own.exists() else Path(sys.executable).parent


def _with_commands(environment: Mapping[str, str], root: Path) -> dict[str, str]:
    path = os.pathsep.join([str(commands_of(root)), environment["PATH"]])
    return {**environment, "PATH": path}


def _manage(arguments: Sequence[str], environment: Mapping[str, str], root: Path) -> str:
    done = subprocess.run(
        [str(commands_of(root) / "python"), "manage.py", *arguments],
        cwd=root,
        env=_with_commands(environment, root),
        capture_output=True,
        text=True,
        check=False,
    )
    return _output(arguments, done.returncode, done.stdout, done.stderr)


def _output(arguments: Sequence[str], code: int, out: str, err: str) -> str:
    if code:
        raise ServerFailed(f"manage.py {' '.join(arguments)}:\n{out}{err}")
    return out


def _start_all(vodloom: Vodloom, encoders: int) -> None:
    encode = [f"encode-{number}" if number else "encode" for number in range(encoders)]
    for name in (*BACKGROUND, *encode):
        vodloom.add(name).start()
    vodloom.url = vodloom.start_web()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False
