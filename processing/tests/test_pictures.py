"""What picture steps store, and what becomes of what they replace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image as Opened

from processing.models import Run, Task
from videos import objects
from videos.measurements import forget_measurements
from videos.models import ContentFacts, Event, Picture, SceneHash, StoredObject, Video
from videos.storage import outputs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


def test_the_begin_the_middle_and_the_end_have_thumbnails(ready_video: Video) -> None:
    made = {one.name: one for one in Picture.objects.filter(kind="thumbnails")}
    assert set(made) == {f"thumbnail-{name}.jpg" for name in ("begin", "middle", "end")}
    for one in made.values():
        path = outputs().local_path(one.key)
        assert path is not None
        with Opened.open(path) as shown:
            assert (shown.width, shown.height) == (one.width, one.height)
            assert shown.width == 320
    times = [made[f"thumbnail-{name}.jpg"].facts["time"] for name in ("begin", "middle", "end")]
    assert times == sorted(times)
    assert times[0] == 0


def test_they_are_registered_and_told(ready_video: Video) -> None:
    keys = set(Picture.objects.values_list("key", flat=True))
    stored = StoredObject.objects.filter(key__in=keys, state=StoredObject.State.STORED)
    assert stored.count() == len(keys) > 0
    assert Event.objects.filter(type="video.image.ready", payload__kind="thumbnails").count() == 1
    assert Task.objects.get(kind="thumbnails").state == Task.State.DONE


def test_what_is_replaced_is_deleted(ready_video: Video, work_off: Callable[[], None]) -> None:
    objects.delete_marked()
    thumbnails = Picture.objects.filter(kind="thumbnails")
    before = set(thumbnails.values_list("key", flat=True))
    Task.objects.filter(kind="thumbnails").update(state=Task.State.READY, rank=timezone.now())
    Run.objects.update(status=Run.Status.RUNNING)
    work_off()
    now = set(thumbnails.values_list("key", flat=True))
    assert len(now) == len(before) == 3
    assert not now & before
    assert objects.delete_marked() == 3
    assert not before & {stored.key for stored in outputs().list_prefix("releases/")}


def test_a_release_that_another_version_deleted_takes_its_pictures_along(
    ready_video: Video,
) -> None:
    """The version before deletes releases, and knows no pictures."""
    assert ready_video.release_id
    objects.mark_releases([ready_video.release_id])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE videos_video SET status = 'failed', error_code = 'x', release_id = NULL"
        )
        cursor.execute("UPDATE processing_run SET release_id = NULL")
        for table in ("videos_chunk", "videos_rendition", "videos_release"):
            cursor.execute(f"DELETE FROM {table}")  # ours
    tables = (Picture, ContentFacts, SceneHash)
    assert all(table._default_manager.exists() for table in tables)
    objects.delete_marked()
    forget_measurements()
    assert not any(table._default_manager.exists() for table in tables)
    assert not list(outputs().list_prefix("releases/"))
