"""The systemd units are well formed, start existing programs, and allow what the sandbox needs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "systemd").glob("*.service"))
EXAMPLE = (ROOT / ".env.example").read_text()
PROGRAMS = set(re.findall(r"^(\w+)\)", (ROOT / "scripts/program.sh").read_text(), re.MULTILINE))
SANDBOXED = {"web", "light", "encode"}


def _settings(unit: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))


def _program(unit: Path) -> str:
    return _settings(unit)["ExecStart"].rpartition(" ")[2]


def test_who_stops_a_web_process_waits_for_its_grace() -> None:
    grace = re.search(r"^VODLOOM_GRACE_SECONDS=(\d+)$", EXAMPLE, re.MULTILINE)
    assert grace
    web = _settings(ROOT / "systemd" / "vodloom-web@.service")
    assert web["TimeoutStopSec"] == f"{int(grace[1]) + 10}s"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_settings_are_read_by_the_product_itself(unit: Path) -> None:
    """It reads them by its own rules, not systemd's, and a DATA in them cannot lead it to another
    folder than that of its commands."""
    told = _settings(unit)
    assert "EnvironmentFile" not in told
    assert "DATA=/var/lib/vodloom" in told["Environment"].split()
    assert ("PORT=%i" in told["Environment"].split()) == (_program(unit) == "web")


def test_there_is_a_unit_for_each_process() -> None:
    assert {_program(unit) for unit in UNITS} == {"web", "light", "encode", "reconciler"}
    assert {_program(unit) for unit in UNITS} <= PROGRAMS


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_it(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/vodloom", str(ROOT)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=30", str(here)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_bubblewrap_can_work_in_it(unit: Path) -> None:
    told = _settings(unit)
    assert "ProcSubset" not in told, "it reads /proc/sys"
    if _program(unit) in SANDBOXED:
        assert {"user", "mnt", "pid", "net"} <= set(told["RestrictNamespaces"].split())
        assert "AF_NETLINK" in told["RestrictAddressFamilies"].split()
        assert "@mount" in told["SystemCallFilter"].split()
    else:
        assert told["RestrictNamespaces"] == "yes"


def test_the_units_that_the_docs_start_are_those_there_are() -> None:
    docs = (ROOT / "docs" / "operations.md").read_text().replace("\\\n", " ")
    enabled = re.search(r"systemctl enable --now (.*)", docs)
    assert enabled
    started = {re.sub(r"@\d+", "@", name) for name in enabled[1].split()}
    assert started == {unit.stem for unit in UNITS}
