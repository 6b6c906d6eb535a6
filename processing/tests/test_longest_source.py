"""How long a source may last, where its upload was given a limit of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from processing import services as processing
from videos.models import Upload, Video

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_source_that_lasts_longer_than_its_upload_was_allowed_fails_with_its_code(
    video: Video, work_off: Callable[[], None]
) -> None:
    Upload.objects.update(limits={"max_duration": 2.5})
    work_off()
    video.refresh_from_db()
    assert (video.status, video.error_code) == ("failed", "source_too_long")


def test_one_within_the_limit_becomes_ready(video: Video, work_off: Callable[[], None]) -> None:
    Upload.objects.update(limits={"max_duration": 3.5})
    work_off()
    video.refresh_from_db()
    assert video.status == "ready"


def test_the_owner_may_process_it_all_the_same(video: Video, work_off: Callable[[], None]) -> None:
    Upload.objects.update(limits={"max_duration": 2.5})
    work_off()
    video.refresh_from_db()
    processing.reprocess(video)
    work_off()
    video.refresh_from_db()
    assert video.status == "ready"
