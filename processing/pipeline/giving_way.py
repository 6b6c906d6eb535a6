"""Let a run whose video is ready give way to the next one."""

from uuid import UUID

from django.db.models.functions import Now

from processing.models import Run, Task
from processing.pipeline import advance


def give_way(video_id: UUID) -> None:
    """Complete the active run of a video if nothing essential is left of it, such as pictures: the
    next run makes those of its own release. A run whose row somebody else holds stays as it is.

    Call it inside a transaction, before the video's row is locked.
    """
    rows = Run.objects.select_for_update(of=("self",), skip_locked=True)
    run = rows.filter(video=video_id, status__in=Run.ACTIVE).first()
    left = Task.objects.filter(run=run, state__in=Task.OPEN)
    if run is None or left.filter(essential=True).exists():
        return
    left.update(state=Task.State.CANCELED, token=None, lease_until=None, finished_at=Now())
    advance.go_on(run)
