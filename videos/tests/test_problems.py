"""What the API answers where a row is gone between two looks at it."""

import pytest
from rest_framework.test import APIClient

from processing import services
from processing.models import Run
from videos import purge
from videos.models import Video


@pytest.mark.django_db
def test_a_job_purged_while_it_is_canceled_is_not_found(
    api: APIClient, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, cancel = Run.objects.get(video=video), services.cancel_run

    def purged_first(run: Run) -> None:
        purge.purge(video)
        cancel(run)

    monkeypatch.setattr(services, "cancel_run", purged_first)
    answer = api.post(f"/api/v1/jobs/{run.pk}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
