"""Store the files of a picture step, in place of those that an earlier attempt made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processing.steps import transfers
from processing.steps.context import TaskContext
from videos import keys, objects
from videos.events import log
from videos.models import Picture, StoredObject, Video


@dataclass(frozen=True)
class Made:
    """A finished file in the attempt's folder, and what its row will say; see ``Picture``."""

    path: Path
    content_type: str
    width: int | None = None
    height: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.path.name


def keep(context: TaskContext, made: Sequence[Made]) -> Callable[[], None]:
    """Store the files; return the ``record`` that lists them as the only ones of their kind."""
    rows = [_row(context, one) for one in made]
    role = StoredObject.Role.PICTURE
    planned = [objects.Planned(row.key, role, row.content_type, row.bytes) for row in rows]
    context.insist(
        lambda: objects.write_ahead(planned, release_id=context.run.pk, token=context.task.token)
    )
    for row, one in zip(rows, made, strict=True):
        transfers.take(context, row.key, one.path, content_type=row.content_type)
    return lambda: _record(context, rows)


def _row(context: TaskContext, made: Made) -> Picture:
    return Picture(
        release_id=context.run.pk,
        kind=context.task.kind,
        name=made.name,
        key=keys.picture(context.output_prefix, made.name),
        bytes=made.path.stat().st_size,
        content_type=made.content_type,
        width=made.width,
        height=made.height,
        facts=dict(made.facts),
    )


def _record(context: TaskContext, rows: Sequence[Picture]) -> None:
    """List the pictures. Those that they replace are deleted, and followers are told."""
    before = Picture.objects.filter(release_id=context.run.pk, kind=context.task.kind)
    objects.mark_outputs(before.values_list("key", flat=True))
    before.delete()
    Picture.objects.bulk_create(rows)
    objects.confirm(context.task.token)
    shown = Video.objects.filter(release_id=context.run.pk).values_list("pk", flat=True)
    log.write_all("video.image.ready", list(shown), kind=context.task.kind)
