"""``Idempotency-Key`` at the creation of an upload into the bucket, whose server was killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from tests.servers.s3 import S3
from videos import idempotency
from videos.models import IdempotencyKey, Upload, Video
from videos.storage import multipart
from videos.tests.direct import URL, parts_begun
from videos.tests.kept import in_bucket

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def moto(moto_server: S3, settings: Any) -> S3:
    """A bucket."""
    in_bucket(settings, moto_server)
    return moto_server


def create(api: APIClient) -> Any:
    asked = {"filename": "a.mp4", "type": "video/mp4"}
    return api.post(URL, asked, format="json", HTTP_IDEMPOTENCY_KEY="k")


def killed_at(api: APIClient, module: Any, name: str) -> None:
    """Send a creation whose server is killed at a call, and let the lease of its key end."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Killed):
            create(api)
    IdempotencyKey.objects.update(held_until=Now() - timedelta(seconds=1))


def test_an_upload_that_began_in_the_bucket_is_told_of_and_not_made_again(
    api: APIClient, moto: S3
) -> None:
    killed_at(api, idempotency, "answered")
    made = Upload.objects.get()
    told = create(api)
    assert told.status_code == 201
    assert told.json() == {
        "key": made.key,
        "uploadId": str(made.pk),
        "part_size": told.json()["part_size"],
        "video": str(made.video_id),
    }
    assert create(api).json() == told.json()
    assert Upload.objects.get() == made
    assert len(parts_begun(moto)) == 1


def test_one_that_never_began_there_is_purged_and_made_again(api: APIClient, moto: S3) -> None:
    killed_at(api, multipart, "begin")
    lost = Video.objects.get()
    told = create(api)
    assert told.status_code == 201
    assert told.json()["video"] != str(lost.pk)
    assert [str(video.pk) for video in Video.objects.all()] == [told.json()["video"]]
    assert len(parts_begun(moto, told.json()["key"])) == 1


def test_one_that_was_canceled_meanwhile_is_told_of_still(api: APIClient) -> None:
    killed_at(api, idempotency, "answered")
    made = Upload.objects.get()
    assert api.post(f"/api/v1/videos/{made.video_id}/cancel/").status_code == 202
    assert create(api).json()["uploadId"] == str(made.pk)
