"""Change a video's title, description and visibility, and log the change as an event."""

from typing import Any

from django.db import transaction

from videos.events import log
from videos.models import Video

_EDITABLE = frozenset({"title", "description", "visibility"})


def edit(video: Video, **fields: Any) -> Video:
    """Write the fields that differ from the stored ones; return the video as stored afterwards.

    If nothing differs, nothing is written and no event is logged. Raises ``Video.DoesNotExist`` if
    the video was deleted in the meantime.
    """
    if not _EDITABLE.issuperset(fields):
        raise TypeError(f"not to be edited: {', '.join(sorted(set(fields) - _EDITABLE))}")
    with transaction.atomic():
        standing = Video.objects.select_for_update(of=("self",)).get(pk=video.pk, deleted_at=None)
        changed = [name for name, value in fields.items() if getattr(standing, name) != value]
        for name in changed:
            setattr(standing, name, fields[name])
        if changed:
            standing.save(update_fields=changed)
            log.write("video.updated", standing, changed=sorted(changed))
    return standing
