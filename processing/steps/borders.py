"""Check whether the spans of a run were decoded alike where they meet."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from processing.models import Task

_FIRST_AND_NEXT = 2


def differing(run_id: UUID, number: int | None = None, edges: Sequence[str] = ()) -> list[int]:
    """Return the numbers of finished spans whose first frame the previous span decoded otherwise.

    With `number`, only that span and the two beside it are read. Its own `edges`, which are not
    stored yet, are passed in.
    """
    done = Task.objects.filter(run_id=run_id, kind="encode", state=Task.State.DONE)
    if number is not None:
        done = done.filter(number__in=(number - 1, number + 1))
    rows = done.values_list("number", "counted")
    kept = {at: tuple((told or {}).get("edges") or ()) for at, told in rows}
    if number is not None:
        kept[number] = tuple(edges)
    return [at for at in sorted(kept) if _differ(kept, at)]


def _differ(kept: Mapping[int, Sequence[str]], number: int) -> bool:
    before, begun = kept.get(number - 1) or (), kept[number]
    return len(before) == _FIRST_AND_NEXT and bool(begun) and before[1] != begun[0]
