"""What a machine holds, by what its kernel tells."""

from pathlib import Path

import pytest

from processing.workers import machine
from processing.workers.machine import Limits

GIB = 1024**3


def test_memory_is_told_in_kib() -> None:
    assert machine.parse_meminfo("MemTotal:       8388608 kB\nMemFree: 1 kB\n") == 8 * GIB
    assert machine.parse_meminfo("") is None


@pytest.mark.parametrize(
    ("said", "limit"),
    [("max\n", None), ("536870912\n", GIB // 2), ("9223372036854771712\n", None), ("", None)],
)
def test_limits_of_memory(said: str, limit: int | None) -> None:
    assert machine.parse_memory_limit(said) == limit


@pytest.mark.parametrize(
    ("said", "cores"),
    [
        ("max 100000\n", None),
        ("50000 100000\n", 0.5),
        ("250000 100000", 2.5),
        ("-1 100000", None),
        ("", None),
    ],
)
def test_quotas_of_cores(said: str, cores: float | None) -> None:
    assert machine.parse_cpu_max(said) == cores


def test_own_groups_of_both_versions() -> None:
    assert machine.parse_own_cgroups("0::/system.slice/a.service\n") == {
        "": "/system.slice/a.service"
    }
    assert machine.parse_own_cgroups("9:cpu,cpuacct:/docker/x\n4:memory:/docker/y\n") == {
        "cpu": "/docker/x",
        "cpuacct": "/docker/x",
        "memory": "/docker/y",
    }


def test_a_group_lies_within_all_above_it(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner / "cpu.max").write_text("150000 100000\n")
    (inner.parent / "memory.max").write_text(f"{GIB}\n")
    groups = list(machine._own_groups(tmp_path, "0::/a/b\n"))
    assert groups == [inner, inner.parent, tmp_path]
    limits = Limits()
    for group in groups:
        limits = limits.within(machine.read_limits(group))
    assert limits == Limits(memory=GIB, cores=1.5)


def test_limits_of_version_1(tmp_path: Path) -> None:
    (tmp_path / "memory.limit_in_bytes").write_text(f"{GIB}\n")
    (tmp_path / "cpu.cfs_quota_us").write_text("50000\n")
    (tmp_path / "cpu.cfs_period_us").write_text("100000\n")
    assert machine.read_limits(tmp_path) == Limits(memory=GIB, cores=0.5)


@pytest.mark.parametrize(("quota", "cores"), [(None, 8), (0.5, 1), (1.5, 2), (16.0, 8)])
def test_cores_are_those_of_the_quota(quota: float | None, cores: int) -> None:
    assert machine.cores_of(8, Limits(cores=quota)) == cores


def test_containers_of_one_host_share_it_unless_they_have_limits(tmp_path: Path) -> None:
    groups = [tmp_path / name for name in ("free", "bounded", "other")]
    for group in groups:
        group.mkdir()
    for group in groups[1:]:
        (group / "cpu.max").write_text("100000 100000\n")
    free, bounded, other = (machine._name([group, tmp_path]) for group in groups)
    assert free == machine._name([tmp_path])
    assert len({free, bounded, other}) == 3


@pytest.mark.parametrize(
    ("together", "crashes", "threads"),
    [(1, 0, 8), (1, 1, 4), (1, 2, 1), (4, 0, 2), (4, 1, 1), (99, 0, 1), (0.5, 0, 8)],
)
def test_what_crashed_gets_fewer_threads_and_at_last_one(
    together: float, crashes: int, threads: int
) -> None:
    assert machine.threads_for(8, together=together, crashes=crashes) == threads


def test_this_machine_can_do_something() -> None:
    here = machine.this_machine()
    assert here.cores >= 1
    assert here.memory > 0
    assert 0 < len(here.name) <= 64
    assert "cores" in str(here)
