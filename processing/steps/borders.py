"""Whether the spans of a run were decoded alike where they meet."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from processing.models import Task
from processing.steps.context import TaskContext

_KEY = "edges"
_FIRST_AND_NEXT = 2


def keep(context: TaskContext, edges: Sequence[str]) -> None:
    """Keep with a task the sums of the pictures at its borders."""
    if edges:
        given = {**context.task.input, _KEY: list(edges)}
        Task.objects.filter(pk=context.task.pk).update(input=given)


def differing(run_id: UUID, number: int | None = None, edges: Sequence[str] = ()) -> list[int]:
    """The numbers of the spans that begin otherwise than the span before goes on, of those that
    are done; that of `number` has these `edges` and is not kept yet."""
    done = Task.objects.filter(run_id=run_id, kind="encode", state=Task.State.DONE)
    if number is not None:
        done = done.filter(number__in=(number - 1, number + 1))
    kept = {task.number: task.input.get(_KEY) or () for task in done.only("number", "input")}
    if number is not None:
        kept[number] = edges
    return [at for at in sorted(kept) if _differ(kept, at)]


def _differ(kept: Mapping[int, Sequence[str]], number: int) -> bool:
    before, begun = kept.get(number - 1) or (), kept[number]
    return len(before) == _FIRST_AND_NEXT and bool(begun) and before[1] != begun[0]
