"""The forms of chaos: their duration and their faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.chaos import Appointment, Card
from tests.chaos.faults import buckets, disks, previous, processes, raised, servers, sweeps
from tests.chaos.faults.rewind import Rewind

CARDS = (
    Card(processes.kill_worker, 4),
    Card(processes.kill_working_child),
    Card(processes.stop_worker, 3),
    Card(processes.freeze_worker, 2),
    Card(processes.kill_reconciler),
    Card(processes.stop_reconciler),
    Card(processes.freeze_reconciler),
    Card(processes.kill_tool, 3),
    Card(servers.kill_redis),
    Card(servers.flush_redis, 2),
    Card(servers.restart_postgres),
    Card(servers.crash_postgres),
    Card(buckets.storm, 2),
    Card(buckets.lose),
    Card(disks.fill, 2),
    Card(raised.in_steps, 2),
    Card(raised.in_duties, 2),
    Card(sweeps.beside, 2),
)


@dataclass(frozen=True)
class Form:
    """A form of chaos: how long faults are dealt (s), how many videos are uploaded, how many are
    canceled or deleted, how many files come by other ways in, and how long the rest may take
    afterwards."""

    seconds: float
    videos: int
    withdrawals: int
    visits: int
    settings: str
    lease: float
    settling: float
    cards: Sequence[Card] = CARDS
    hang: float = 0.0
    """How long the bucket hangs, once (s)."""
    upgrades: bool = False
    """Whether a worker of the previous release runs too, for the first part."""
    rewinds: bool = False
    """Whether the database is restored from an earlier dump, once."""

    def appointments(self, rewind: Rewind) -> list[Appointment]:
        """Return the faults that are dealt once, with their times."""
        found = []
        if self.upgrades:
            found.append(Appointment(0.35, previous.retire))
        if self.rewinds:
            found += [
                Appointment(0.40, rewind.dump),
                Appointment(0.55, rewind.restore),
                Appointment(0.65, rewind.adopt),
            ]
        if self.hang:
            found.append(Appointment(0.70, buckets.hangs(self.hang)))
        return found


SHORT = Form(
    seconds=30.0,
    videos=16,
    withdrawals=6,
    visits=9,
    settings="tests.chaos.settings_short",
    lease=10.0,
    settling=120.0,
)


def long(minutes: float) -> Form:
    """Return the long form, with the product's own settings and about twenty videos a minute."""
    return Form(
        seconds=minutes * 60,
        videos=max(12, round(minutes * 15)),
        withdrawals=max(6, round(minutes * 6)),
        visits=max(9, round(minutes * 9)),
        settings="tests.chaos.settings",
        lease=30.0,
        settling=600.0,
        cards=(*CARDS, Card(processes.hunt)),
        hang=min(120.0, minutes * 12),
        upgrades=True,
        rewinds=True,
    )


def rewind_in(folder: Path) -> Rewind:
    """Return a rewind that keeps its dump in this folder."""
    return Rewind(folder / "database.dump")
