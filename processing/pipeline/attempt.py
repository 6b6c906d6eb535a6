"""What an attempt stored that is no longer the current one is garbage."""

import structlog
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from processing.models import Task
from processing.steps.context import output_prefix_of
from videos import objects
from videos.models import StoredObject
from videos.storage import outputs

logger = structlog.get_logger(__name__)


def delete_stale_outputs(task: Task) -> None:
    """Mark what a stale but living attempt stored, unless it was listed after all.

    It is listed once more from the storage: its rows may have been deleted while it was frozen.
    """
    if task.token is None:
        return
    try:
        found = list(outputs().list_prefix(output_prefix_of(task)))
        marked = objects.mark_attempt(task.run_id, task.token, found)
    except Exception as error:
        # Whatever it is, the attempt is over: other duties find what it left.
        logger.warning("stale_outputs_stay", task=str(task.pk), reason=type(error).__name__)
        return
    if marked:
        logger.info("stale_outputs_marked", task=str(task.pk), objects=marked)


def mark_abandoned() -> int:
    """Mark what attempts registered that are over without having listed it; how many.

    Who lost a lease may still be writing, so these are deleted only after a while.
    """
    current = Task.objects.filter(token=OuterRef("attempt"), state=Task.State.RUNNING)
    writing = StoredObject.objects.filter(
        storage=StoredObject.Storage.OUTPUTS, state=StoredObject.State.WRITING
    )
    return writing.filter(~Exists(current)).update(
        state=StoredObject.State.DELETING, delete_after=Now() + objects.GRACE
    )
