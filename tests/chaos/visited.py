"""Judge what came by the other ways in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.chaos.faults.rewind import Rewind
from tests.chaos.fleet import Fleet
from tests.chaos.visitors import Visit, Visitors

_VIDEO = "SELECT folder_id, tags FROM videos_video WHERE id = %s"
_IMAGE = "SELECT folder_id, tags FROM videos_image WHERE id = %s"


@dataclass
class Visited:
    """How many videos and images came, how the videos ended, and what is not as promised."""

    videos: int = 0
    ready: int = 0
    failed: int = 0
    expected_failed: int = 0
    problems: list[str] = field(default_factory=list)


def judge(
    fleet: Fleet, visitors: Visitors, rewind: Rewind, killed: set[str], cursed: set[str]
) -> Visited:
    """Check that what was accepted is there and ready, unless its task was ``killed`` three times
    or ``cursed``; that nothing failed without a reason; and that edits last."""
    visited = Visited()
    for visit in visitors.arrived:
        if not rewind.spans(visit.at):
            _judge_visit(visited, fleet, visit, killed, cursed)
    visited.problems += _without_reason(fleet)
    visited.problems += _not_acted_upon(fleet)
    visited.problems += _edits_undone(fleet, visitors, rewind)
    return visited


def _judge_visit(
    visited: Visited, fleet: Fleet, visit: Visit, killed: set[str], cursed: set[str]
) -> None:
    if visit.is_image:
        if not fleet.rows("SELECT id FROM videos_image WHERE title = %s", visit.title):
            visited.problems.append(f"{visit.title} is lost")
        return
    query = "SELECT id, status, error_code, error_message FROM videos_video WHERE title = %s"
    rows = fleet.rows(query, visit.title)
    is_ready = any(status == "ready" for _, status, *_ in rows)
    excused = {str(pk) for pk, *_ in rows} & (killed | cursed)
    visited.videos += 1
    visited.ready += is_ready
    visited.failed += not is_ready
    visited.expected_failed += bool(excused)
    if not is_ready and not excused:
        visited.problems.append(f"{visit.title} did not become ready: {rows}")


def _without_reason(fleet: Fleet) -> Iterator[str]:
    query = (
        "SELECT id, title FROM videos_video WHERE status = 'failed'"
        " AND (error_code = '' OR error_message = '')"
    )
    for pk, title in fleet.rows(query):
        yield f"{pk} ({title}) failed without a reason"


def _not_acted_upon(fleet: Fleet) -> Iterator[str]:
    query = "SELECT id, state, error_code FROM videos_hookdelivery WHERE state <> 'imported'"
    for pk, state, code in fleet.rows(query):
        yield f"the report {pk} is {state}: {code}"


def _edits_undone(fleet: Fleet, visitors: Visitors, rewind: Rewind) -> Iterator[str]:
    for edit in visitors.edits:
        found = fleet.rows(_IMAGE if edit.is_image else _VIDEO, edit.row)
        if not rewind.spans(edit.at) and [(str(f), t) for f, t in found] != [
            (edit.folder, [edit.tag])
        ]:
            yield f"{edit.row} has lost its folder or tag: {found}"
