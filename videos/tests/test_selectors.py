"""The API and the pages show the same facts of a video, read by the same queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from videos import selectors
from videos.models import Rendition, Video
from videos.pages import cards


def test_the_api_and_the_watch_page_tell_the_same(api: APIClient, ready_video: Video) -> None:
    told = api.get(f"/api/v1/videos/{ready_video.pk}/").json()
    found = selectors.with_everything(Video.objects.all()).get()
    facts = dict(cards.facts(found, found.owner))
    source = told["source"]
    assert facts["Picture"] == f"{source['width']} × {source['height']}"  # noqa: RUF001  # the sign for it
    assert facts["Frame rate"].startswith(f"{source['frame_rate']:.4g} ")
    assert facts["Qualities"] == ", ".join(told["available"]["rungs"])
    assert facts["File"] == source["filename"]


def test_audio_comes_after_all_rungs_in_every_database(ready_video: Video) -> None:
    release = ready_video.release
    assert release is not None
    Rendition.objects.create(
        release=release, kind="audio", name="a-first", codec="aac", timescale=1
    )
    read = selectors.with_everything(Video.objects.all()).get().release
    assert read is not None
    rows = list(read.renditions.all())
    assert [row.kind for row in rows] == sorted((row.kind for row in rows), reverse=True)


@pytest.mark.parametrize("read", [selectors.with_card, selectors.with_everything])
def test_what_is_read_needs_no_further_query(read: object, ready_video: Video) -> None:
    video = read(Video.objects.all()).get()  # type: ignore[operator]  # one of those above
    with CaptureQueriesContext(
        connection,
    ) as further:
        selectors.notices(video)
        assert video.source is not None
        selectors.source_facts(video.source, 1.0)
    assert len(further) == 0
