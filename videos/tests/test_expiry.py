"""Videos that expire go into the trash by themselves."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from processing.models import Run
from videos import locking, trash
from videos.models import Event, Video, Walk

_PAST, _FUTURE = Now() - timedelta(seconds=1), Now() + timedelta(hours=1)


def test_a_video_goes_into_the_trash_when_its_time_is_over(video: Video) -> None:
    Video.objects.update(expires_at=_PAST)
    assert trash.expire() == 1
    assert Video.objects.get().deleted_at is not None
    assert Run.objects.get().status == Run.Status.CANCELED
    assert Event.objects.filter(type="video.deleted").count() == 1
    assert trash.expire() == 0


def test_a_video_whose_time_is_not_over_stays(video: Video) -> None:
    Video.objects.update(expires_at=_FUTURE)
    assert trash.expire() == 0
    assert Video.objects.get().deleted_at is None


def test_an_expiry_that_is_put_off_in_the_meantime_counts(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    Video.objects.update(expires_at=_PAST)
    lock = locking.runs_of

    def put_off(video_id: UUID) -> Sequence[Run]:
        Video.objects.update(expires_at=_FUTURE)
        return lock(video_id)

    monkeypatch.setattr(locking, "runs_of", put_off)
    assert trash.expire() == 0
    assert Video.objects.get().deleted_at is None


def test_they_go_in_steps(video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "_BATCH", 1)
    Video.objects.create(owner=video.owner)
    Video.objects.update(expires_at=_PAST)
    assert [trash.expire() for _ in range(3)] == [1, 1, 0]


def test_a_clock_that_jumps_ahead_expires_nothing(video: Video) -> None:
    Video.objects.update(expires_at=_PAST)
    Walk.objects.update_or_create(name="clock", defaults={"after": " 2001-01-01T00:00:00+00:00"})
    assert trash.expire() == 0


@pytest.mark.parametrize(("expires_at", "kept"), [(_PAST, False), (_FUTURE, True)])
def test_restoring_takes_off_an_expiry_that_has_passed(
    api: APIClient, video: Video, expires_at: object, kept: bool
) -> None:
    trash.discard(video)
    Video.objects.update(expires_at=expires_at)
    told = api.post(f"/api/v1/videos/{video.pk}/restore/").json()
    assert (told["expires_at"] is not None) is kept
    assert trash.expire() == 0
