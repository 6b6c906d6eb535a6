"""Mark the stored objects of attempts that are no longer current for deletion."""

import structlog
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from processing.models import Task
from processing.steps.context import output_prefix_of
from videos import objects
from videos.models import StoredObject, Upload
from videos.storage import outputs

logger = structlog.get_logger(__name__)


def delete_stale_outputs(task: Task) -> None:
    """Mark the objects of a stale but living attempt, unless they were listed after all.

    The objects are listed from the storage as well, because their rows may have been deleted while
    the worker was frozen.
    """
    if task.token is None:
        return
    try:
        found = list(outputs().list_prefix(output_prefix_of(task)))
        marked = objects.mark_attempt(task.run_id, task.token, found)
    except Exception as error:
        # The attempt is over whatever the error; other duties find the objects it left.
        logger.warning("stale_outputs_stay", task=str(task.pk), reason=type(error).__name__)
        return
    if marked:
        logger.info("stale_outputs_marked", task=str(task.pk), objects=marked)


def mark_abandoned() -> int:
    """Mark objects that attempts registered but did not list before they ended; return the number.
    An attempt is a task's, or the upload of an image.

    A worker that lost its lease may still be writing, so they are deleted only after a while. So
    may a request that gives a video another poster, which has no row of its own.
    """
    current = Task.objects.filter(token=OuterRef("attempt"), state=Task.State.RUNNING)
    writing = StoredObject.objects.filter(
        storage=StoredObject.Storage.OUTPUTS, state=StoredObject.State.WRITING
    )
    arriving = Upload.objects.filter(pk=OuterRef("attempt"), finished_at=None)
    uploads = Upload.objects.filter(pk=OuterRef("attempt"))
    of_request = Q(video_id__isnull=False, created_at__gt=Now() - objects.GRACE) & ~Exists(uploads)
    over = writing.filter(~Exists(current), ~Exists(arriving)).exclude(of_request)
    return over.update(state=StoredObject.State.DELETING, delete_after=Now() + objects.GRACE)
