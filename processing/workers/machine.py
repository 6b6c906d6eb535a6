"""The machine that a worker shares with others: its cores, its memory, and its identity.

Containers on one host share its cores and memory whatever their host names are. A container with
its own limits counts as a separate machine. Outside Linux only Python's own figures are available.
"""

import math
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
# The rest is left to the system, the caches and the worker processes themselves.
_SHARE_FOR_WORK = 0.75
# Control groups version 1 report "no limit" as the largest number of pages.
_NO_LIMIT = 1 << 60


@dataclass(frozen=True)
class Limits:
    """The limits of a control group: bytes of memory, and cores. None means no limit."""

    memory: int | None = None
    cores: float | None = None

    @property
    def any(self) -> bool:
        """Whether any limit is set."""
        return self.memory is not None or self.cores is not None

    def within(self, outer: "Limits") -> "Limits":
        """Return the tighter of both limits, for memory and cores each."""
        memory = [x for x in (self.memory, outer.memory) if x is not None]
        cores = [x for x in (self.cores, outer.cores) if x is not None]
        return Limits(min(memory, default=None), min(cores, default=None))


# In the unit of a task's cost, seconds of 1080p at 30 frames a second. A task of this cost keeps a
# core busy for at least a quarter of a minute.
HEAVY_COST = 12.0
_CORES_OF_A_HEAVY_TASK = 8


@dataclass(frozen=True)
class Machine:
    """A machine whose resources tasks share.

    ``memory`` is the bytes that all tasks together may use, ``cores`` the cores they may keep busy.
    ``name`` is the same for all processes that share these.
    """

    name: str
    cores: int
    memory: int

    @property
    def heavy_tasks(self) -> int:
        """The number of tasks of at least ``HEAVY_COST`` that may run at a time.

        They share all cores, so each ends soon. The other workers stay free for tasks that begin a
        video.
        """
        return max(1, self.cores // _CORES_OF_A_HEAVY_TASK)

    def __str__(self) -> str:
        return f"{self.cores} cores and {self.memory / 1024**3:.1f} GiB for tasks at once"


def parse_meminfo(text: str) -> int | None:
    """Return the total memory in bytes from ``/proc/meminfo``, or None if it is not there."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "MemTotal" and value.split():
            return int(value.split()[0]) * 1024
    return None


def parse_memory_limit(text: str) -> int | None:
    """Return the bytes in ``memory.max`` or ``memory.limit_in_bytes``, or None for no limit."""
    said = text.strip()
    if not said.isdigit() or int(said) >= _NO_LIMIT:
        return None
    return int(said)


def parse_cpu_max(text: str) -> float | None:
    """Return the cores in ``cpu.max``, or in version 1's quota and period; None for no limit.

    The quota and the period of version 1 are separated by a space.
    """
    parts = text.split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts) or not int(parts[1]):
        return None
    return int(parts[0]) / int(parts[1])


def parse_own_cgroups(text: str) -> dict[str, str]:
    """Return the paths of this process's groups by controller, from ``/proc/self/cgroup``.

    Version 2 has one group without a controller, under the empty name.
    """
    found = {}
    for line in text.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for controller in controllers.split(","):
            found[controller] = path
    return found


def cores_of(affinity: int, limits: Limits) -> int:
    """Return the number of whole cores, at least 1: half a core still runs one thread."""
    return affinity if limits.cores is None else max(1, min(affinity, math.ceil(limits.cores)))


def threads_for(cores: int, *, together: float, crashes: int) -> int:
    """Return the number of threads for one encode when ``together`` encodes share the cores.

    After crashes it gets fewer, since each thread holds its own frames in memory. The last try
    has one.
    """
    fair = max(1, min(cores, round(cores / max(1.0, together))))
    return max(1, fair >> crashes) if crashes < 2 else 1


@cache
def this_machine() -> Machine:
    """Return the machine this process runs on. It is determined once and cached."""
    folders = list(_own_groups(_CGROUPS, _read(Path("/proc/self/cgroup"))))
    limits = Limits()
    for folder in folders:
        limits = limits.within(read_limits(folder))
    total = parse_meminfo(_read(Path("/proc/meminfo"))) or _memory_by_pages()
    memory = total if limits.memory is None else min(total, limits.memory)
    return Machine(_name(folders), cores_of(_affinity(), limits), int(memory * _SHARE_FOR_WORK))


def read_limits(folder: Path) -> Limits:
    """Return the limits in the files of one control group, of either version."""
    memory = parse_memory_limit(_read(folder / "memory.max"))
    if memory is None:
        memory = parse_memory_limit(_read(folder / "memory.limit_in_bytes"))
    quota = " ".join(_read(folder / f"cpu.cfs_{part}_us").strip() for part in ("quota", "period"))
    cores = parse_cpu_max(_read(folder / "cpu.max"))
    return Limits(memory, parse_cpu_max(quota) if cores is None else cores)


def _own_groups(root: Path, said: str) -> Iterator[Path]:
    """Yield the folders of this process's groups and their parents, innermost first."""
    for controller, path in parse_own_cgroups(said).items():
        if controller not in ("", "memory", "cpu"):
            continue
        top = root / controller
        folder = top / path.lstrip("/")
        while folder.is_relative_to(top):
            yield folder
            folder = folder.parent


def _name(folders: list[Path]) -> str:
    """Return a hash of the kernel's boot id and of the innermost group that has a limit.

    The group is identified by its inode number, since groups have the same path inside every
    container.
    """
    parts = [_read(Path("/proc/sys/kernel/random/boot_id")).strip() or socket.gethostname()]
    limited = next((folder for folder in folders if read_limits(folder).any), None)
    if limited is not None:
        parts.append(str(limited.stat().st_ino))
    return sha256(":".join(parts).encode()).hexdigest()[:32]


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_by_pages() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
