"""`make bench NAME=…` and `make chaos`: what wants a machine that does nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts import packages, venv
from scripts.console import Failed, run

BENCHMARKS: Mapping[str, str] = {
    "queue": "benchmarks.queue",
    "encode": "benchmarks.encode",
    "playable": "benchmarks.playable",
    "viewers": "benchmarks.viewers",
    "neighbours": "benchmarks.neighbours",
    "eta": "benchmarks.eta",
}


def bench(root: Path, arguments: Sequence[str]) -> None:
    """Run the benchmark that is named; raises Failed."""
    name = arguments[0] if arguments else ""
    if name not in BENCHMARKS:
        raise Failed(f"Say make bench NAME=…, one of: {', '.join(BENCHMARKS)}.")
    _run(root, BENCHMARKS[name], [])


def chaos(root: Path, arguments: Sequence[str]) -> None:
    """Let everything fail at random: [--minutes M] [--seed S]; raises Failed."""
    _run(root, "tests.chaos", arguments)


def _run(root: Path, module: str, arguments: Sequence[str]) -> None:
    packages.ensure(packages.FOR_TESTS)
    venv.ensure(root, "test")
    run(root, ["python", "-m", module, *arguments])
