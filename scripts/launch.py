"""Start, watch and stop the supervisor of one data folder."""

from __future__ import annotations

import fcntl
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts import processes
from scripts.console import Failed, ignore_further_signals, say
from scripts.datafolder import DataFolder
from scripts.readiness import Probe

READY_SECONDS = 60
STOP_SECONDS = 9.5
"""The time limit of the whole stop, besides the grace of uploads: it takes less than ten seconds,
and processes that are left then are killed."""


@dataclass(frozen=True)
class Launch:
    """One start of the product: its code, its data folder, its address and its environment."""

    root: Path
    data: DataFolder
    host: str
    port: int
    allowed_hosts: str
    environment: Mapping[str, str]
    grace_seconds: int = 0

    @property
    def url(self) -> str:
        """The address to type on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def prepared(self) -> Path:
        """The file that tells scripts/program.sh that the database is ready."""
        return self.data.run / "prepared"


@contextmanager
def only_copy(data: DataFolder) -> Iterator[None]:
    """Lock the data folder for this process; raise Failed if another process holds it."""
    with (data.run / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Failed(
                f"Vodloom is already running on {data.path} (process {file.read().strip()}).\n"
                "Stop it first, or start another one: make run PORT=8001 DATA=other-folder"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def wait_for_leftovers(data: DataFolder) -> None:
    """Wait for the processes of an earlier start that was killed; they are already stopping."""
    if processes.left(data.run):
        say("Stopping what an earlier start left running …")
        processes.wait_or_kill(data.run, STOP_SECONDS)


def port_must_be_free(launch: Launch) -> None:
    """Raise Failed if another process listens at this address and port."""
    family = socket.AF_INET6 if ":" in launch.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((launch.host, launch.port))
        except OSError as error:
            raise Failed(
                f"Vodloom cannot listen at {launch.host}, port {launch.port}: {error.strerror}.\n"
                f"Choose another port: make run PORT={launch.port + 1}"
            ) from error


def serve(launch: Launch) -> None:
    """Run everything until the supervisor ends or this process is interrupted; raise Failed.

    The supervisor takes a second to start. Meanwhile this function prepares the database; the
    processes that need it wait for that.
    """
    launch.prepared.unlink(missing_ok=True)
    supervisor = subprocess.Popen(
        [*processes.tied_to_parent(), "supervisord", "-c", "supervisord.conf"],
        cwd=launch.data.run,
        env=dict(launch.environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Only this process gets Ctrl-C, and then stops the supervisor.
    )
    sample: subprocess.Popen[bytes] | None = None
    try:
        _prepare(launch)
        _wait_until_ready(launch, supervisor)
        if launch.data.path != launch.root / "var":
            data = shlex.quote(str(launch.data.path))
            say(f"Its commands: DATA={data} .venv/bin/python manage.py …")
        say(f"Vodloom is ready at {launch.url}")
        sample = _begin_sample_video(launch)
        supervisor.wait()
        raise Failed(
            f"The supervisor ended with code {supervisor.returncode}; everything is stopped.\n"
            f"Its log: {launch.data.log / 'supervisord.log'}"
        )
    finally:
        if sample is not None:
            sample.terminate()
        _stop(launch, supervisor)


def _prepare(launch: Launch) -> None:
    """Migrate, collect static files and create the demo user, in the product's own Python."""
    done = subprocess.run(
        [launch.root / ".venv" / "bin" / "python", "-m", "scripts.prepare"],
        cwd=launch.root,
        env=dict(launch.environment),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise Failed("The database could not be made ready: see above for why.")
    launch.prepared.touch()


def _begin_sample_video(launch: Launch) -> subprocess.Popen[bytes] | None:
    """Start making a clip for the library of a new demo user; nothing waits for it."""
    try:
        owner = (launch.data.run / "new-demo-user").read_text()
    except FileNotFoundError:
        return None
    (launch.data.run / "new-demo-user").unlink()
    command = ["nice", "-n", "15", "python", "manage.py", "create_sample_video", "--owner", owner]
    with (launch.data.log / "sample.log").open("ab") as log:
        return subprocess.Popen(
            [*processes.tied_to_parent(), *command],
            cwd=launch.root,
            env=dict(launch.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(launch: Launch, supervisor: subprocess.Popen[bytes]) -> None:
    probe = Probe(f"{launch.url}/readyz", launch.allowed_hosts)
    deadline = time.monotonic() + READY_SECONDS
    while not probe.succeeds():
        if supervisor.poll() is not None:
            raise Failed(f"The supervisor ended at once.{_where_to_look(launch)}")
        if time.monotonic() > deadline:
            raise Failed(
                f"Vodloom was not ready within {READY_SECONDS} s: {probe.answer}"
                f"{_where_to_look(launch)}"
            )
        time.sleep(0.05)


def _where_to_look(launch: Launch) -> str:
    log = launch.data.log / "web.log"
    end = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else []
    said = "\n".join(f"    {line}" for line in end)
    return f"\nThe end of {log}:\n{said}\nAll logs are in {launch.data.log}"


def _stop(launch: Launch, supervisor: subprocess.Popen[bytes]) -> None:
    ignore_further_signals()
    seconds = STOP_SECONDS + launch.grace_seconds
    deadline = time.monotonic() + seconds
    supervisor.terminate()
    try:
        supervisor.wait(seconds)
    except subprocess.TimeoutExpired:
        supervisor.kill()
    # A supervisor that stopped by itself leaves no process; after its death all are still stopping.
    processes.wait_or_kill(launch.data.run, deadline - time.monotonic())
    launch.data.remove_socket_folder()
