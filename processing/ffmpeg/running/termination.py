"""Ends a program that `runner` started, and everything it started in turn."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processing.ffmpeg.running.sandbox import Sandbox

_GRACE = 1.0


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the program has ended. It is not reaped, so its process id and its group's stay
    ours."""
    if process.returncode is not None:
        return True
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, options) is not None


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the processor time of a program that has ended and was not reaped, with that of the
    programs it waited for; 0 if the system does not provide it."""
    try:
        told = Path(f"/proc/{process.pid}/stat").read_text()
    except OSError:
        return 0.0
    # The name may contain anything; the third and later fields follow it.
    ticks = told.rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def end(process: subprocess.Popen[bytes], sandbox: Sandbox) -> None:
    """End the whole group (TERM, then KILL within a second), reap it, and close the pipes."""
    if process.returncode is None:
        try:
            if not has_ended(process):
                if sandbox.kind == "bwrap":
                    _kill_inside(process)
                else:
                    _signal(process, signal.SIGTERM)
                _await(process, _GRACE)
        finally:
            _signal(process, signal.SIGKILL)
            process.wait()
            _drain(process)


def _kill_inside(process: subprocess.Popen[bytes]) -> None:
    """Kill the first process in bwrap's namespace, and with it all others: bwrap then reaps it and
    ends. If bwrap were killed first, process 1 would have to reap a dead process."""
    for child in _children(process.pid):
        with contextlib.suppress(OSError), _opened(os.pidfd_open(child)) as descriptor:
            if child in _children(process.pid):  # still a child, so no other process
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)


@contextlib.contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _children(parent: int) -> list[int]:
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        return [int(pid) for pid in listed.split()]
    except OSError:
        return []


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _await(process: subprocess.Popen[bytes], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not has_ended(process) and time.monotonic() < deadline:
        time.sleep(0.01)


def _drain(process: subprocess.Popen[bytes]) -> None:
    """Wait until no process holds the pipes any more: inside bwrap the program is in a session of
    its own and dies a moment after its parent."""
    deadline = time.monotonic() + _GRACE
    for pipe in filter(None, (process.stdout, process.stderr)):
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if selector.select(left) and not os.read(pipe.fileno(), 65536):
                    break
        pipe.close()
