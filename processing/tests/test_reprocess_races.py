"""A video is processed again at the moment its job ends."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from processing import services
from processing.models import Run
from processing.pipeline import advance
from processing.tests.threads import in_a_thread
from videos.models import Video


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_ending_is_not_waited_for(video: Video) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    with transaction.atomic():
        run = advance.lock(Run.objects.get().pk)
        Run.objects.filter(pk=run.pk).update(status=Run.Status.FAILED)
        thread, given = in_a_thread(lambda: services.reprocess(Video.objects.get(pk=video.pk)))
        thread.join(0.5)
        # If the other waits for the run, PostgreSQL ends one of both here as a deadlock.
        Video.objects.select_for_update(of=("self",)).get(pk=video.pk)
    thread.join(60)
    (raised,) = given
    assert isinstance(raised, services.AlreadyProcessing)
