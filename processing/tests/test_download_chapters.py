"""The MP4 files for download have the chapters of their video, also after these are changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from processing import chaptering
from processing.ffmpeg.tests.clips import asked
from processing.models import Run, Task
from videos.models import Rendition, StoredObject, Track, Video
from videos.storage import outputs
from videos.tracks import services

pytestmark = [pytest.mark.django_db(transaction=True)]
CUES = [{"start": 0, "end": 1, "text": "One"}, {"start": 1, "end": 3, "text": "Two &amp; three"}]


def _add(api: APIClient, video: Video) -> None:
    form = {"kind": "chapters", "cues": CUES}
    answer = api.post(f"/api/v1/videos/{video.pk}/tracks/", form, "json")
    assert answer.status_code == 201, answer.data


def _later() -> None:
    """As if nobody had changed chapters for two minutes, and the files were older."""
    Track.objects.update(updated_at=timezone.now() - timedelta(minutes=2))
    Run.objects.update(download_chapters_at=timezone.now() - timedelta(minutes=3))


def _titles() -> list[str]:
    key = Rendition.objects.exclude(download_key="").get().download_key
    path = outputs().local_path(key)
    assert path is not None
    found = asked(Path(path), "-show_chapters")["chapters"]
    return [one["tags"]["title"] for one in found]


def test_files_are_made_anew_when_chapters_have_changed(
    api: APIClient, ready_video: Video, work_off: Callable[[], None]
) -> None:
    assert _titles() == []
    assert chaptering.renew_downloads() == 0
    first = Rendition.objects.exclude(download_key="").get().download_key
    _add(api, ready_video)
    assert chaptering.renew_downloads() == 0  # somebody is at work on them
    _later()
    assert chaptering.renew_downloads() == 1
    work_off()
    assert _titles() == ["One", "Two & three"]
    replaced = StoredObject.objects.get(key=first)
    assert replaced.state == "deleting"
    assert replaced.delete_after is not None and replaced.delete_after > timezone.now()
    assert chaptering.renew_downloads() == 0

    services.delete(Track.objects.get())
    assert chaptering.renew_downloads() == 1
    work_off()
    assert _titles() == []
    assert chaptering.renew_downloads() == 0


def test_files_that_cannot_be_made_anew_are_tried_once_for_each_change(
    api: APIClient, ready_video: Video
) -> None:
    _add(api, ready_video)
    _later()
    assert chaptering.renew_downloads() == 1
    assert api.post(f"/api/v1/videos/{ready_video.pk}/cancel/").status_code == 202
    assert Task.objects.get(kind="downloads").state == Task.State.CANCELED
    assert chaptering.renew_downloads() == 0
    assert Rendition.objects.exclude(download_key="").exists()


@pytest.mark.thorough
def test_videos_with_other_chapters_share_files_without_any(
    api: APIClient, ready_video: Video, work_off: Callable[[], None]
) -> None:
    twin = Video.objects.create(owner=ready_video.owner, title="Twin")
    Video.objects.filter(pk=twin.pk).update(
        status="ready", playable=True, release=ready_video.release, source=ready_video.source
    )
    _add(api, ready_video)
    _later()
    assert chaptering.renew_downloads() == 0
    assert _titles() == []
    _add(api, twin)
    _later()
    assert chaptering.renew_downloads() == 1
    work_off()
    assert _titles() == ["One", "Two & three"]
