"""The processes of a data folder: found again even when their supervisor was killed.

Each supervised process leads a process group and is written down in
DATA/run/processes: its number, and when it started, so that a number which the
system has given to somebody else since is never taken for ours.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Record:
    """A process group: its leader's number and start (ticks since boot, 0 if unknown)."""

    pid: int
    started: int


def write(folder: Path, name: str, pid: int) -> None:
    """Write a process down."""
    (folder / name).write_text(f"{pid} {started_at(pid)}\n")


def survivors(folder: Path) -> list[Record]:
    """The written-down groups of which a process is still alive."""
    return [record for record in _records(folder) if is_alive(record)]


def stop(records: Iterable[Record], seconds: float) -> None:
    """End groups: their leaders politely, then, when the seconds are over, all by force."""
    left = [record for record in records if is_alive(record)]
    for record in left:
        _ask_to_stop(record)
    deadline = time.monotonic() + seconds
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [record for record in left if is_alive(record)]
    for record in left:
        with suppress(ProcessLookupError):
            os.killpg(record.pid, signal.SIGKILL)


def is_alive(record: Record) -> bool:
    """Whether the group still has a process, and is the one that was written down."""
    now = started_at(record.pid)
    if now and record.started and now != record.started:
        return False
    # A number stays taken while its group lives, so a group without its leader is ours.
    return _group_has_members(record.pid)


def started_at(pid: int) -> int:
    """Ticks from boot to a process's start; 0 when it is gone or the system has no /proc."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0


def _records(folder: Path) -> list[Record]:
    records = []
    for file in sorted(folder.glob("*")):
        match file.read_text().split():
            # A file cut short by a full disk or a power cut says nothing.
            case [pid, started] if pid.isdigit() and started.isdigit():
                records.append(Record(int(pid), int(started)))
    return records


def _ask_to_stop(record: Record) -> None:
    # A leader hands the signal on; only its orphans have to be told by us.
    try:
        os.kill(record.pid, signal.SIGTERM)
    except ProcessLookupError:
        with suppress(ProcessLookupError):
            os.killpg(record.pid, signal.SIGTERM)


def _group_has_members(group: int) -> bool:
    if Path("/proc/self/stat").exists():
        return any(_is_live_member(entry, group) for entry in Path("/proc").glob("[0-9]*"))
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _is_live_member(entry: Path, group: int) -> bool:
    fields = _stat(int(entry.name))
    return bool(fields) and int(fields[2]) == group and fields[0] not in "ZX"


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third, the state, on."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return text.rpartition(")")[2].split()
