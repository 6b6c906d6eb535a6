"""The commands' output, their child processes, and their signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

CLEAN_UP_SECONDS = 8


class Failed(Exception):
    """Raised when a command cannot go on; the message says why and what to do."""


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


def fail(error: Failed) -> NoReturn:
    """Print why a command stops and end with code 1."""
    print(error, file=sys.stderr, flush=True)
    raise SystemExit(1)


def must_work(command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command without showing its output; raise Failed with the output's end if it fails."""
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        code = wait_for(child)
        output.seek(0)
        end = output.read().strip().splitlines()[-20:]
    if code:
        raise Failed("\n".join([*end, f"This failed: {' '.join(command)}"]))


def run(root: Path, command: Sequence[str], extra: Mapping[str, str] | None = None) -> None:
    """Run a command of .venv and show its output; raise Failed if it fails. `extra` is added to
    its environment."""
    child = subprocess.Popen(
        [str(root / ".venv" / "bin" / command[0]), *command[1:]],
        cwd=root,
        env={**product_environment(root), **(extra or {})},
        stdin=subprocess.DEVNULL,
        # Only this process gets Ctrl-C, so that the child is interrupted just once.
        start_new_session=True,
    )
    if code := wait_for(child):
        raise Failed(f"This failed with code {code}: {' '.join(command)}")


def product_environment(root: Path) -> dict[str, str]:
    """Return this process's environment, with .venv's commands on PATH and the product's modules
    on PYTHONPATH."""
    path = [str(root / ".venv" / "bin"), os.environ.get("PATH", os.defpath)]
    return os.environ | {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "platform")]),
    }


def wait_for(child: subprocess.Popen[bytes]) -> int:
    """Wait for a child in a session of its own and return its exit code.

    If this process is interrupted, it interrupts the child once and gives it time to clean up.
    """
    try:
        return child.wait()
    except KeyboardInterrupt:
        ignore_further_signals()
        try:
            # A child of sudo may not be signalled by this user: it is only waited for.
            with suppress(PermissionError):
                child.send_signal(signal.SIGINT)
            child.wait(CLEAN_UP_SECONDS)
        finally:
            with suppress(PermissionError):
                child.kill()
        raise


def treat_termination_as_interrupt() -> None:
    """Make SIGTERM and SIGHUP raise KeyboardInterrupt, as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def ignore_further_signals() -> None:
    """Ignore signals from now on, since the process is already ending."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
