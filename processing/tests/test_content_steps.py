"""The facts and the hashes that a video has once it is processed."""

from __future__ import annotations

import pytest

from processing.models import Task
from videos.models import ContentFacts, Event, SceneHash, Video

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_picture")]


def test_a_video_is_measured(ready_video: Video) -> None:
    found = ContentFacts.objects.get(release=ready_video.release)
    assert (found.black, found.frozen, found.silent, found.cuts) == ([], [], [], [])
    assert found.loudness is not None
    assert found.true_peak == pytest.approx(-18, abs=1.5)  # how loud FFmpeg's sine is
    assert Event.objects.filter(type="video.image.ready", payload__kind="facts").count() == 1


def test_its_scenes_are_hashed(ready_video: Video) -> None:
    rows = list(SceneHash.objects.filter(release=ready_video.release))
    assert rows
    assert all(0 <= row.time < 3 for row in rows)
    assert Task.objects.get(kind="alike").state == Task.State.DONE
