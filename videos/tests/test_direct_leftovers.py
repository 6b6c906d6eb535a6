"""Direct uploads whose client or server died at any moment: they end ready to be processed, or
failed with a reason, and nothing is left in the bucket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.servers.s3 import S3
from videos import installation, keys, objects, purge, trash
from videos.ingest import uploads
from videos.ingest.closing import expire_uploads
from videos.ingest.direct import completion, leftovers, receiving
from videos.ingest.settings import VideoSettings
from videos.inventory import comparing
from videos.models import Installation, Source, StoredObject, Upload, Video
from videos.objects import unknown
from videos.storage import ObjectMissing, StorageUnavailable, multipart, originals
from videos.tests.direct import Direct, begin, parts_begun
from videos.tests.kept import everything, in_bucket

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(params=["moto_server", "rclone_s3"])
def s3(request: pytest.FixtureRequest, settings: Any) -> S3:
    """The bucket that both storages are in."""
    found: S3 = request.getfixturevalue(request.param)
    in_bucket(settings, found)
    return found


@pytest.fixture
def moto(moto_server: S3, settings: Any) -> S3:
    """A bucket, for what needs no second server."""
    in_bucket(settings, moto_server)
    return moto_server


def expire() -> None:
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def killed_in(patch: pytest.MonkeyPatch, module: Any, name: str, *, after: bool = False) -> None:
    """Let the process be killed before a call, or right after it."""
    call = getattr(module, name)

    def die(*args: Any, **kwargs: Any) -> None:
        if after:
            call(*args, **kwargs)
        raise Killed

    patch.setattr(module, name, die)


def completing_is_killed(upload: Direct, etags: list[str], *, after: bool) -> None:
    """Kill the server around the moment when the bucket makes the object."""
    with pytest.MonkeyPatch.context() as patch:
        killed_in(patch, multipart, "complete", after=after)
        with pytest.raises(Killed):
            upload.complete(etags)


@pytest.mark.parametrize("after", [False, True])
def test_a_client_completes_again_what_a_killed_server_began(
    api: APIClient, s3: S3, after: bool
) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x" * 100)]
    completing_is_killed(upload, etags, after=after)
    assert upload.complete(etags).status_code == 200
    assert Video.objects.get().status == "processing"


def test_the_reconciler_finishes_what_is_complete_in_the_bucket(api: APIClient, s3: S3) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x" * 100)]
    completing_is_killed(upload, etags, after=True)
    assert leftovers.settle_direct_uploads() == 0, "the server may be at it still"
    expire()
    assert expire_uploads() == 0
    assert leftovers.settle_direct_uploads() == 1
    assert Video.objects.get().status == "processing"
    assert Source.objects.get().size == 100
    assert upload.complete(etags).status_code == 200
    assert leftovers.abort_direct_uploads() == 0
    assert list(everything()) == [f"originals/{upload.key}"]


def test_the_reconciler_fails_what_is_not(api: APIClient, s3: S3) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x" * 100)]
    completing_is_killed(upload, etags, after=False)
    expire()
    assert leftovers.settle_direct_uploads() == 1
    video = Video.objects.get()
    assert (video.status, video.error_code) == ("failed", "upload_incomplete")
    assert leftovers.abort_direct_uploads() == 1
    assert (parts_begun(s3, upload.key), leftovers.abort_direct_uploads()) == ([], 0)
    assert upload.complete(etags).json()["code"] == "upload_over"


def test_a_file_of_another_size_that_a_dead_server_completed_is_deleted(
    api: APIClient, moto: S3
) -> None:
    upload = begin(api, size=100)
    etags = [upload.send(1, b"x" * 100)]
    completing_is_killed(upload, etags, after=True)
    Upload.objects.update(size=99)
    expire()
    assert leftovers.settle_direct_uploads() == 1
    assert Video.objects.get().error_code == "upload_size_differs"
    StoredObject.objects.update(delete_after=None)
    objects.delete_marked()
    assert everything() == {}


def test_a_closed_upload_whose_bucket_was_away_is_aborted_later(
    api: APIClient, moto: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(api)
    upload.send(1, b"x")

    def away(*_: Any) -> None:
        raise StorageUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(multipart, "abort", away)
        assert upload.delete().status_code == 204
    assert len(parts_begun(moto, upload.key)) == 1
    assert leftovers.abort_direct_uploads() == 1
    assert parts_begun(moto, upload.key) == []


def test_a_canceled_video_leaves_no_parts(api: APIClient, s3: S3) -> None:
    upload = begin(api)
    upload.send(1, b"x")
    api.post(f"/api/v1/videos/{upload.video}/cancel/")
    assert (leftovers.settle_direct_uploads(), leftovers.abort_direct_uploads()) == (0, 1)
    assert parts_begun(s3, upload.key) == []
    assert Video.objects.get().status == "canceled"


def test_a_video_canceled_while_the_bucket_completed_it_leaves_no_object(
    api: APIClient, moto: S3
) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    completing_is_killed(upload, etags, after=True)
    trash.discard(Video.objects.get())
    leftovers.settle_direct_uploads()
    StoredObject.objects.update(delete_after=None)
    objects.delete_marked()
    assert everything() == {}


def allow_deleting() -> None:
    """The storages are ours since long ago: the servers tell no true times."""
    assert installation.may_delete()
    Installation.objects.update(adopted_at=datetime(2000, 1, 1, tzinfo=UTC))


def test_a_server_killed_before_it_knew_the_buckets_upload_leaves_nothing(
    owner: User, moto: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_in(patch, multipart, "begin", after=True)
        with pytest.raises(Killed):
            receiving.begin(owner, receiving.Announced("a.mp4"), VideoSettings())
    upload = Upload.objects.get()
    assert (upload.multipart_id, len(parts_begun(moto, upload.key))) == ("", 1)
    allow_deleting()
    monkeypatch.setattr(unknown, "_OLD", timedelta(0))
    assert leftovers.abort_unknown_parts() == 0, "its row is open still"
    expire()
    assert leftovers.settle_direct_uploads() == 1
    assert Video.objects.get().error_code == "upload_incomplete"
    assert leftovers.abort_unknown_parts() == 1
    assert parts_begun(moto, upload.key) == []


def test_parts_of_a_purged_video_are_aborted_once_they_are_a_day_old(
    api: APIClient, moto: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(api)
    upload.send(1, b"x")
    purge.purge(Video.objects.get())
    allow_deleting()
    assert Upload.objects.count() == 0
    begun = originals().unfinished
    young = [one for one in begun() if one.modified > timezone.now() - timedelta(days=1)]
    if young:
        assert leftovers.abort_unknown_parts() == 0
    monkeypatch.setattr(unknown, "_OLD", timedelta(0))
    assert leftovers.abort_unknown_parts() == 1
    assert parts_begun(moto, upload.key) == []


def test_parts_of_others_are_left_alone(
    moto: S3, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    prefix = settings.STORAGES["originals"]["OPTIONS"]["location"]
    client = moto.client()
    kept = ["notes.txt", f"elsewhere/{keys.new_original()}"]
    names = [f"{prefix}/{kept[0]}", kept[1]]
    for name in names:
        client.create_multipart_upload(Bucket=moto.bucket, Key=name)
    allow_deleting()
    monkeypatch.setattr(unknown, "_OLD", timedelta(0))
    assert leftovers.abort_unknown_parts() == 0
    assert [len(parts_begun(moto, name)) for name in names] == [1, 1]


def test_nothing_is_aborted_in_storages_that_may_be_somebody_elses(
    moto: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.new_original()
    multipart.begin(receiving.bucket(), key)
    allow_deleting()
    monkeypatch.setattr(unknown, "_OLD", timedelta(0))
    with monkeypatch.context() as patch:
        patch.setattr(installation, "guests", lambda _: ["another"])
        assert leftovers.abort_unknown_parts() == 0
    with monkeypatch.context() as patch:
        patch.setattr(installation, "may_delete", lambda: False)
        assert leftovers.abort_unknown_parts() == 0
    assert leftovers.abort_unknown_parts() == 1


@pytest.mark.django_db(transaction=True)
def test_many_completing_at_once_make_one_video(api: APIClient, moto: S3) -> None:
    upload = begin(api)
    etag = upload.send(1, b"x" * 100).strip('"')
    row = Upload.objects.select_related("video", "owner").get()

    def complete(_: int) -> Any:
        try:
            return completion.complete(row, [completion.Named(1, etag)]).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(complete, range(4))) == {row.video_id}
    assert (Source.objects.count(), Video.objects.get().status) == (1, "processing")


def test_canceling_after_the_parts_were_checked_wins(
    api: APIClient, rclone_s3: S3, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    in_bucket(settings, rclone_s3)
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    complete = multipart.complete

    def cancel_first(*args: Any) -> None:
        assert upload.delete().status_code == 204
        complete(*args)

    monkeypatch.setattr(multipart, "complete", cancel_first)
    answer = upload.complete(etags)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_over")
    assert Video.objects.get().status == "canceled"
    with pytest.raises(ObjectMissing):
        originals().object_size(upload.key)


def test_canceling_after_the_bucket_completed_leaves_no_object(
    api: APIClient, moto: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(api)
    etags = [upload.send(1, b"x")]
    finish = uploads.finish

    def cancel_first(*args: Any) -> Any:
        receiving.cancel(Upload.objects.get())
        return finish(*args)

    monkeypatch.setattr(uploads, "finish", cancel_first)
    assert upload.complete(etags).json()["code"] == "upload_canceled"
    objects.delete_marked()
    assert everything() == {}


def test_fsck_finds_no_fault_with_an_upload_that_is_going_on(
    api: APIClient, moto: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "YOUNG", timedelta(0))
    upload = begin(api)
    assert list(comparing._unfinished("originals")) == []
    upload.delete()
    multipart.begin(receiving.bucket(), keys.new_original())
    assert len(list(comparing._unfinished("originals"))) == 1
