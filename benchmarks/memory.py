"""Measure the memory of processes and all their descendants, sampled from /proc."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY_SECONDS = 0.5


@dataclass
class Watcher:
    """Records the most megabytes (proportional set size) that some processes hold at once."""

    pids: Sequence[int]
    most_mb: float = 0.0

    def watch(self, over: threading.Event) -> None:
        """Sample every half a second until ``over`` is set."""
        while not over.wait(_LOOK_EVERY_SECONDS):
            held = sum(held_kb(pid) for root in self.pids for pid in family(root))
            self.most_mb = max(self.most_mb, held / 1024)


def family(pid: int) -> Iterator[int]:
    """Yield a process and all its living descendants."""
    yield pid
    with suppress(OSError):
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in listed.read_text().split():
                yield from family(int(child))


def held_kb(pid: int) -> int:
    """Return the kilobytes (proportional set size) that a process holds; 0 once it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
