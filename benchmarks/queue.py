"""Measure the queue: latency when idle, overhead of a task, throughput, fairness.

For comparison the same workers also run a bare Dramatiq actor, which shows the broker without rows,
leases and fences, and an actor for which django-dramatiq keeps its rows. Machines differ, so some
targets are ratios to these.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import workers


@dataclass(frozen=True)
class Result:
    """A measured value, its target (at most, or at least), and the value of Dramatiq alone."""

    key: str
    title: str
    value: float
    target: float
    at_least: bool = False
    bare: float | None = None
    digits: int = 1

    @property
    def is_met(self) -> bool:
        """Whether the value meets its target."""
        return self.value >= self.target if self.at_least else self.value <= self.target


def main() -> None:
    """Measure and print."""
    with workers.installation() as folder:
        from benchmarks import measures  # noqa: PLC0415  # it needs the settings

        overhead, statements = measures.overhead()
        with workers.running(folder, measures.WORKERS):
            starts, bare_starts = measures.latency(), measures.bare_latency()
            rate, bare_rate = measures.throughput(), measures.bare_throughput()
            recorded_rate = measures.recorded_throughput()
            wait = measures.fair_wait()
    start = _percentile("start_p50_ms", 50, starts, bare_starts, target=30)
    tasks = Result("tasks_per_s", "tasks a second", rate, 150, at_least=True, bare=bare_rate)
    growth = max(statements.values()) - min(statements.values())
    _print(
        [
            start,
            _ratio("start_ratio", "ready to start, beside the bare actor", start, target=5),
            _percentile("start_p99_ms", 99, starts, bare_starts, target=150),
            Result("overhead_ms", "claim, finish and advance a task, ms", overhead, 15),
            tasks,
            _ratio("tasks_ratio", "tasks a second, beside the bare actor", tasks, target=0.55),
            Result(
                "recorded_ratio",
                "the same, beside django-dramatiq's rows",
                rate / recorded_rate,
                0.55,
                at_least=True,
                digits=2,
            ),
            Result("fair_wait_tasks", "wait behind another's many, in task lengths", wait, 2),
            Result("more_statements", "more statements for a task of a large run", growth, 0),
        ],
        statements,
    )


def _percentile(
    key: str, percent: int, here: Sequence[float], bare: Sequence[float], *, target: float
) -> Result:
    value, beside = (
        statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
        for values in (here, bare)
    )
    return Result(key, f"ready to start, {percent} % within, ms", value, target, bare=beside)


def _ratio(key: str, title: str, measured: Result, *, target: float) -> Result:
    """Return the ratio of a measured value to that of the bare actor."""
    if measured.bare is None:
        raise ValueError(f"{measured.key} was not measured of the bare actor")
    value = measured.value / measured.bare
    return Result(key, title, value, target, at_least=measured.at_least, digits=2)


def _print(results: Sequence[Result], statements: dict[int, int]) -> None:
    print(f"\n{'':44}{'here':>10}{'bare':>10}{'target':>12}")
    for result in results:
        bare = "" if result.bare is None else f"{result.bare:.1f}"
        target = f"{'≥' if result.at_least else '≤'} {result.target:g}"
        missed = "" if result.is_met else "  missed"
        print(f"{result.title:44}{result.value:10.{result.digits}f}{bare:>10}{target:>12}{missed}")
    told = ", ".join(f"{count} in a run of {size}" for size, count in statements.items())
    print(f"statements of a task: {told}\n")
    print("queue", *(f"{result.key}={result.value:.{result.digits}f}" for result in results))


if __name__ == "__main__":
    main()
