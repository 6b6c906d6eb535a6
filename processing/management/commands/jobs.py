"""List the waiting and running jobs, and why they wait."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from processing.models import Run, Task, Worker
from processing.monitoring import progress, reconcilers
from processing.monitoring.wait_reasons import reason_of


class Command(BaseCommand):
    """Print a line for each job that is not over."""

    help = "List the jobs that are waiting or running, and why they wait."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the argument for the number of jobs."""
        parser.add_argument("--limit", type=int, default=50)

    def handle(self, *args: Any, limit: int, **options: Any) -> None:
        """Print the problems of the reconcilers and the jobs."""
        runs = progress.with_progress(Run.objects.filter(status__in=Run.ACTIVE))
        rows: list[Any] = list(runs.select_related("video__owner", "source").order_by("id")[:limit])
        tasks = Task.objects.filter(run__in=rows, state__in=Task.OPEN).order_by("rank", "id")
        by_run: dict[Any, list[Task]] = {}
        for task in tasks.select_related("owner"):
            by_run.setdefault(task.run_id, []).append(task)
        workers = list(Worker.objects.all())
        state = reconcilers.read()
        for problem in reconcilers.problems(state):
            self.stdout.write(self.style.WARNING(f"Reconciler: {problem}."))
        for run in rows:
            now = progress.run_progress(run)
            tasks_of = by_run.get(run.pk, [])
            why = reason_of(tasks_of, workers, state.now, over_budget=run.over_budget)
            eta = f"{now.eta_seconds} s" if now.eta_seconds is not None else "-"
            self.stdout.write(
                f"{run.pk}  {run.status:<8} {now.percent:5.1f} %  eta {eta:<7} {run.video}  {why}"
            )
        waiting = runs.count() - len(rows)
        self.stdout.write(f"{len(rows)} listed" + (f", {waiting} more." if waiting else "."))
