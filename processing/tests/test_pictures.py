"""What picture steps store, and what becomes of what they replace."""

from __future__ import annotations

import pytest
from PIL import Image as Opened

from processing.models import Task
from videos.models import Event, Picture, StoredObject, Video
from videos.storage import outputs

pytestmark = pytest.mark.django_db(transaction=True)


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
    assert Event.objects.filter(type="video.pictures", payload__kind="thumbnails").count() == 1
    assert Task.objects.get(kind="thumbnails").state == Task.State.DONE
