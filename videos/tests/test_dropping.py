"""Originals that are dropped once their videos are ready, if their owners chose that."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from rest_framework.test import APIClient

from processing import services as processing
from processing.models import Run
from processing.tests.threads import in_a_thread
from videos import dropping, installation, objects, purge
from videos.models import Chunk, Source, StoredObject, Video
from videos.pages import cards
from videos.storage import ObjectMissing, originals, outputs
from videos.storage_survey import survey

URL = "/api/v1/videos/"


@pytest.fixture
def asked(ready_video: Video) -> Video:
    """A ready video whose owner wants no original kept."""
    Video.objects.update(original="drop")
    return ready_video


def _key() -> str:
    return Source.objects.get().key


def test_the_original_of_a_ready_video_is_deleted(asked: Video, api: APIClient) -> None:
    assert dropping.drop_originals() == 1
    assert installation.may_delete()
    objects.delete_marked()
    with pytest.raises(ObjectMissing):
        originals().object_size(_key())
    told = api.get(f"{URL}{asked.pk}/").json()
    assert (told["original"], told["playable"]) == ("drop", True)
    assert told["source"]["dropped_at"] is not None
    assert dropping.drop_originals() == 0


def test_it_is_kept_where_nobody_asked(ready_video: Video) -> None:
    assert dropping.drop_originals() == 0
    assert originals().object_size(_key()) > 0


@pytest.mark.parametrize("status", ["failed", "canceled", "processing"])
def test_it_is_kept_until_the_video_is_ready(asked: Video, status: str) -> None:
    Video.objects.update(status=status, error_code="x")
    assert dropping.drop_originals() == 0


def test_it_is_kept_while_a_job_needs_it(asked: Video) -> None:
    run = processing.reprocess(asked)
    assert dropping.drop_originals() == 0
    processing.cancel_run(run)
    assert dropping.drop_originals() == 1


def test_it_is_kept_while_another_video_needs_it(asked: Video) -> None:
    other = Video.objects.create(owner=asked.owner, source=asked.source)
    assert dropping.drop_originals() == 0
    other.delete()
    assert dropping.drop_originals() == 1


def test_such_a_video_cannot_be_processed_again(asked: Video, api: APIClient) -> None:
    dropping.drop_originals()
    for address, body in (
        (f"{URL}{asked.pk}/reprocess/", None),
        ("/api/v1/jobs/", {"video": str(asked.pk)}),
    ):
        answer = api.post(address, body, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "original_dropped")
    Run.objects.update(status=Run.Status.FAILED)
    answer = api.post(f"/api/v1/jobs/{Run.objects.get().pk}/retry/")
    assert (answer.status_code, answer.json()["code"]) == (409, "original_dropped")


def test_nothing_reports_the_original_as_lost(asked: Video) -> None:
    dropping.drop_originals()
    assert installation.may_delete()
    objects.delete_marked()
    out, err = StringIO(), StringIO()
    call_command("fsck", "--deep", stdout=out)
    assert survey().missing_originals == 0
    call_command("reprocess", str(asked.pk), stdout=out, stderr=err)
    assert "its original was dropped, as its owner chose, skipped" in err.getvalue()
    assert purge.purge(asked)
    assert not StoredObject.objects.filter(storage="originals").exists()
    assert not Source.objects.exists()


def test_broken_outputs_cannot_be_made_again_without_it(asked: Video) -> None:
    dropping.drop_originals()
    outputs().delete_key(Chunk.objects.filter(rendition__release=asked.release)[0].key)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("fsck", stdout=out)
    assert "cannot be made again" in out.getvalue()


def test_the_pages_say_so(asked: Video) -> None:
    dropping.drop_originals()
    video = Video.objects.select_related("source", "release", "owner").get(pk=asked.pk)
    assert any(
        name == "Original" and "as chosen" in value
        for name, value in cards.facts(video, video.owner)
    )
    assert not video.has_original


@pytest.mark.parametrize("first", ["job", "drop"])
def test_a_job_that_begins_at_that_moment_has_it_or_is_refused(asked: Video, first: str) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    video = Video.objects.get(pk=asked.pk)
    begin, drop = (lambda: processing.reprocess(video)), dropping.drop_originals
    with transaction.atomic():
        (begin if first == "job" else drop)()
        thread, given = in_a_thread(drop if first == "job" else begin)
        thread.join(0.3)
        assert not given
    thread.join(60)
    (outcome,) = given
    if first == "job":
        assert outcome == 0
    else:
        assert isinstance(outcome, processing.OriginalDropped)
