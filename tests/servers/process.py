"""Servers as child processes: start them, wait for them, and end them with their process group."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

START_SECONDS = 90.0
STOP_SECONDS = 10.0


class ServerFailed(Exception):
    """Raised when a server did not reach the expected state; carries the end of its log."""


def free_port() -> int:
    """Return a loopback port that was free a moment ago; the caller must be ready to retry."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Wait until the condition holds; raise a TimeoutError that names ``what`` if it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds:g} s still not: {what}")
        time.sleep(0.02)


class Process:
    """A command that leads a process group of its own and writes to a log file.

    If setpriv exists, the command also ends with the thread that started it, and so with the test
    run, however that ends.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str = "",
    ) -> None:
        self.name = name
        self.log = log
        self._command = [*_die_with_parent(user), *command]
        self._environment = environment
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group; raises ServerFailed if not started."""
        if self._child is None:
            raise ServerFailed(f"{self.name} was not started")
        return self._child.pid

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start the command; its output is appended to the log."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=None if self._environment is None else dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition; raise ServerFailed if the process ends or time runs out."""
        try:
            wait_until(lambda: not self.is_running or condition(), what)
        except TimeoutError as error:
            raise ServerFailed(f"{self.name}: {error}\n{self.log_tail()}") from error
        if not self.is_running:
            raise ServerFailed(f"{self.name} ended before: {what}\n{self.log_tail()}")

    def send(self, number: signal.Signals) -> None:
        """Signal only the process, not its group."""
        os.kill(self.pid, number)

    def send_group(self, number: signal.Signals) -> None:
        """Signal the process and its whole group."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, number)

    def kill(self) -> None:
        """SIGKILL the whole group, as a power cut would."""
        self.send_group(signal.SIGKILL)
        if self._child is not None:
            self._child.wait()

    def ask_to_stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask the process to stop, without waiting for its end."""
        if self.is_running:
            self.send(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Stop the process politely, and by force if it takes too long."""
        self.ask_to_stop(number)
        with suppress(TimeoutError):
            wait_until(lambda: not self.is_running, f"{self.name} stops", STOP_SECONDS)
        self.kill()

    def log_tail(self, lines: int = 30) -> str:
        """Return the end of the log, below the log's name."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([f"--- {self.log.name}", *text.splitlines()[-lines:]])


def start_on_free_port(
    make: Callable[[int], Process], is_up: Callable[[int], bool]
) -> tuple[Process, int]:
    """Start the process of make(port) and wait until it is up; if another process took the port,
    try again with another."""
    for _ in range(2):
        try:
            return _start(make, is_up)
        except ServerFailed as error:
            if "in use" not in str(error).lower():
                raise
    return _start(make, is_up)


def _start(make: Callable[[int], Process], is_up: Callable[[int], bool]) -> tuple[Process, int]:
    port = free_port()
    process = make(port)
    process.start()
    try:
        process.wait_until(lambda: is_up(port), f"answering at port {port}")
    except ServerFailed:
        process.stop()
        raise
    return process, port


def _die_with_parent(user: str) -> list[str]:
    """Return the prefix that ends a command with its parent and runs it as another user."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return []
    words = [setpriv, "--pdeathsig", "TERM"]
    if user:
        words += ["--reuid", user, "--regid", user, "--init-groups"]
    return [*words, "--"]
