"""The shape of the tree that other promises rest on."""

import platform
import re
from pathlib import Path

import pytest

from scripts import measure

ROOT = Path(__file__).parents[1]
MAIN = "def main() -> None:"
OWN = ("platform", "accounts", "videos", "processing")


def _sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "tests" not in path.parts]


def test_platform_is_the_standard_librarys_and_our_folder_no_package() -> None:
    assert platform.__file__ is not None
    assert ROOT not in Path(platform.__file__).parents
    assert platform.python_version()
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_no_test_stands_directly_under_platform() -> None:
    assert not list((ROOT / "platform").glob("test_*.py"))
    assert not list((ROOT / "platform").glob("conftest.py"))


def test_only_env_reads_the_environment() -> None:
    reads = re.compile(r"os\.environ\b(?!\[[^]]+\] = |\.setdefault)|os\.getenv|environ\.Env")
    readers = {path.relative_to(ROOT) for path in _sources(*OWN) if reads.search(path.read_text())}
    assert {reader.parent for reader in readers} == {Path("platform/config/env")}


def test_only_the_runner_starts_processes() -> None:
    starts = re.compile(
        r"subprocess\.(run|Popen|call|check_\w+)\(|os\.(system|exec\w+|spawn\w+|popen)\("
    )
    starters = {p.relative_to(ROOT) for p in _sources(*OWN) if starts.search(p.read_text())}
    assert starters == {Path("processing/ffmpeg/running/runner.py")}


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt"), key=str))
def test_locks_carry_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    pinned = re.findall(r"^\S+==\S+", text, re.M)
    assert pinned
    assert text.count("--hash=sha256:") >= len(pinned)
    assert "://" not in text


def test_every_benchmark_can_be_asked_for_and_is_told_of() -> None:
    found = {path.stem for path in (ROOT / "benchmarks").glob("*.py") if MAIN in path.read_text()}
    assert {name: f"benchmarks.{name}" for name in found} == measure.BENCHMARKS
    told = (ROOT / "CONTRIBUTING.md").read_text()
    assert [name for name in found if f"NAME={name}" not in told] == []
