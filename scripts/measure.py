"""`make bench NAME=…`, `make chaos`, `make screenshots`: each starts a product of its own."""

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
    "admin_lists": "benchmarks.admin_lists",
    "ingest": "benchmarks.ingest",
    "pictures": "benchmarks.pictures",
    "feed": "benchmarks.feed",
    "webhooks": "benchmarks.webhooks",
}


def bench(root: Path, arguments: Sequence[str]) -> None:
    """Run the benchmark with this name; raise Failed."""
    name = arguments[0] if arguments else ""
    if name not in BENCHMARKS:
        raise Failed(f"Say make bench NAME=…, one of: {', '.join(BENCHMARKS)}.")
    _run(root, BENCHMARKS[name], [])


def chaos(root: Path, arguments: Sequence[str]) -> None:
    """Make everything fail at random: [--minutes M] [--seed S]; raise Failed."""
    _run(root, "tests.chaos", arguments)


def screenshots(root: Path, arguments: Sequence[str]) -> None:
    """Take screenshots of every page and state: [--out FOLDER] [--only WORD] [--docs]; raise
    Failed."""
    _run(root, "tests.screenshots", arguments)


def _run(root: Path, module: str, arguments: Sequence[str]) -> None:
    packages.ensure(packages.FOR_TESTS)
    venv.ensure(root, "test")
    run(root, ["python", "-m", module, *arguments])
