"""What an attempt stored that is no longer the current one is garbage, and its own to remove."""

import structlog
from django.db import Error as DatabaseError

from processing.models import Task
from processing.steps.context import output_prefix_of
from videos.models import Chunk, Release, Rendition
from videos.storage import StorageUnavailable, outputs

logger = structlog.get_logger(__name__)


def delete_stale_outputs(task: Task) -> None:
    """Delete what a stale attempt stored, unless it was listed after all.

    It may have been: a commit whose answer was lost is tried again, and then finds itself stale.
    """
    prefix = output_prefix_of(task)
    try:
        if _is_listed(prefix):
            return
        removed = outputs().delete_prefix(prefix)
    except (StorageUnavailable, DatabaseError, OSError) as error:
        logger.warning("stale_outputs_stay", task=str(task.pk), reason=type(error).__name__)
        return
    if removed:
        logger.info("stale_outputs_removed", task=str(task.pk), objects=removed)


def _is_listed(prefix: str) -> bool:
    rows = [
        Chunk.objects.filter(key__startswith=prefix),
        Rendition.objects.filter(download_key__startswith=prefix),
        Release.objects.filter(poster_key__startswith=prefix),
    ]
    return any(found.exists() for found in rows)
