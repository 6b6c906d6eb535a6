"""What the commands say to the person who typed them."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import FrameType
from typing import NoReturn


class Failed(Exception):
    """Raised when a command cannot go on; the message says why and what to do."""


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


def fail(error: Failed) -> NoReturn:
    """Print why a command stops and end with code 1."""
    print(error, file=sys.stderr, flush=True)
    raise SystemExit(1)


def must_work(command: list[str]) -> None:
    """Run a command without its output; raises Failed with the output's end if it fails."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = done.stdout.strip().splitlines()[-20:]
        raise Failed("\n".join([*end, f"This failed: {' '.join(command)}"]))


def treat_termination_as_interrupt() -> None:
    """Let SIGTERM and SIGHUP end the process as Ctrl-C does: by KeyboardInterrupt."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def ignore_further_signals() -> None:
    """From here on the process is ending by itself and is not to be interrupted."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
