"""Canceling, deleting and purging in every window of an upload: it stays so, and no byte stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from processing import services as processing
from processing.models import Run
from videos import installation, keys, lifecycle, objects, purge, trash
from videos.ingest import closing, uploads
from videos.ingest import services as ingest
from videos.ingest.settings import VideoSettings
from videos.models import Source, StoredObject, Upload, Video
from videos.storage import StorageUnavailable, originals
from videos.storage.disk import DiskStorage

Act = Callable[[Video], object]
URL = "/api/v1/videos/"


def cancel(video: Video) -> None:
    processing.cancel(video)


def discard(video: Video) -> None:
    """As the API does."""
    trash.discard(video)


def cancel_and_trash(video: Video) -> None:
    processing.cancel(video)
    trash.discard(video)


def expire(video: Video) -> None:
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert closing.expire_uploads() == 1


acts = pytest.mark.parametrize("act", [cancel, discard, cancel_and_trash, purge.purge, expire])


def _when_stored(monkeypatch: pytest.MonkeyPatch, act: Act, *, before: bool) -> None:
    """Do something while the bytes are being stored: just before, or just after they are there."""
    put = DiskStorage.put_file

    def put_file(storage: DiskStorage, *args: Any, **kwargs: Any) -> None:
        if before:
            act(Video.objects.get())
        put(storage, *args, **kwargs)
        if not before:
            act(Video.objects.get())

    monkeypatch.setattr(DiskStorage, "put_file", put_file)


def _originals() -> set[str]:
    found = {one.key for one in originals().list_prefix("")}
    return {key for key in found if not keys.is_housekeeping(key)}


@acts
@pytest.mark.parametrize("before", [True, False])
def test_an_upload_that_was_stopped_while_it_was_stored_stays_so(
    take_in: Callable[[Path], Video],
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: Act,
    before: bool,
) -> None:
    _when_stored(monkeypatch, act, before=before)
    with pytest.raises(uploads.UploadCanceled):
        take_in(clip)
    assert not Run.objects.exists()
    assert not Source.objects.exists()
    video = Video.objects.first()
    assert video is None or video.status != Video.Status.PROCESSING
    assert not Upload.objects.filter(finished_at=None).exists()
    objects.delete_marked()
    assert _originals() == set()
    assert not StoredObject.objects.exists()


@pytest.mark.parametrize("act", [cancel, cancel_and_trash, purge.purge])
def test_an_upload_that_was_stopped_in_the_last_moment_stays_so(
    take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    finish = uploads.finish

    def late(upload: Upload, stored: uploads.Stored) -> Video:
        act(Video.objects.get())
        return finish(upload, stored)

    monkeypatch.setattr(uploads, "finish", late)
    with pytest.raises(uploads.UploadCanceled):
        take_in(clip)
    objects.delete_marked()
    assert _originals() == set()


@pytest.mark.parametrize("act", [cancel, discard, purge.purge])
def test_the_uploader_is_told_so(
    api: APIClient, clip: Path, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    take = DiskStorage.take_file

    def take_file(storage: DiskStorage, *args: Any, **kwargs: Any) -> None:
        act(Video.objects.get())
        take(storage, *args, **kwargs)

    monkeypatch.setattr(DiskStorage, "take_file", take_file)
    file = SimpleUploadedFile("a.mp4", clip.read_bytes(), "video/mp4")
    answer = api.post(URL, {"file": file}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_canceled")


def test_a_video_purged_before_the_answer_is_no_server_error(
    api: APIClient, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_file = ingest.take_file

    def take_and_purge(*args: Any, **kwargs: Any) -> Video:
        video = take_file(*args, **kwargs)
        purge.purge(Video.objects.get(pk=video.pk))
        return video

    monkeypatch.setattr(ingest, "take_file", take_and_purge)
    file = SimpleUploadedFile("a.mp4", clip.read_bytes(), "video/mp4")
    assert api.post(URL, {"file": file}, format="multipart").status_code == 404


def test_an_upload_whose_process_died_fails_when_its_time_is_over_and_leaves_nothing(
    take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            take_in(clip)
    assert _originals()
    assert closing.expire_uploads() == 0
    expire(Video.objects.get())
    video = Video.objects.get()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "upload_incomplete")
    assert objects.delete_marked() == 0, "it may still be written"
    StoredObject.objects.update(delete_after=Now())
    assert objects.delete_marked() == 1
    assert _originals() == set()


def test_an_upload_that_was_finished_meanwhile_is_not_expired(video: Video) -> None:
    upload = Upload.objects.get()
    stale = Upload(pk=upload.pk, key=upload.key, video_id=upload.video_id)
    assert not closing.close(stale, code="upload_incomplete", message="Never finished.")
    video.refresh_from_db()
    assert video.status == Video.Status.PROCESSING
    objects.delete_marked()
    assert _originals() == {Source.objects.get().key}
    assert StoredObject.objects.get().state == StoredObject.State.STORED


def test_a_storage_that_refuses_fails_the_video_and_nothing_stays(
    owner: User, take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "put_file", refuse)
        with pytest.raises(StorageUnavailable):
            take_in(clip)
    video = Video.objects.get()
    assert (video.status, video.error_code) == (Video.Status.FAILED, "storage_unavailable")
    assert not Upload.objects.filter(finished_at=None).exists()
    assert StoredObject.objects.get().state == StoredObject.State.DELETING


def test_a_storage_that_refuses_what_was_canceled_is_no_server_error(
    take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        processing.cancel(Video.objects.get())
        raise StorageUnavailable

    monkeypatch.setattr(DiskStorage, "put_file", refuse)
    with pytest.raises(StorageUnavailable):
        take_in(clip)
    assert Video.objects.get().status == Video.Status.CANCELED


def test_a_copy_of_the_database_never_deletes_an_original_of_an_upload(
    take_in: Callable[[Path], Video], clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dump was taken while production stored it; production finished it, the copy did not."""
    assert installation.may_delete()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(uploads, "finish", die)
    with pytest.raises(KeyboardInterrupt):
        take_in(clip)
    said = originals().read_bytes(keys.IDENTITY, at_most=1000)
    epoch = installation.row().epochs[0].encode()
    originals().put_bytes(
        keys.IDENTITY, said.replace(epoch, b"renewed"), content_type="application/json"
    )
    expire(Video.objects.get())
    StoredObject.objects.update(delete_after=Now())
    assert objects.delete_marked() == 0
    assert len(_originals()) == 1


@pytest.mark.parametrize("status", ["failed", "canceled", "processing", "pending_upload"])
def test_only_an_upload_becomes_processing_by_its_end(owner: User, status: str) -> None:
    video = Video.objects.create(owner=owner, status="uploading")
    Video.objects.filter(pk=video.pk).update(status=status, error_code="x")
    source = Source.objects.create(owner=owner, key="k", filename="a", size=1, origin="upload")
    with pytest.raises(lifecycle.InvalidTransition):
        lifecycle.finish_upload(video.pk, source=source)


def test_storing_may_take_as_long_as_a_slow_line_needs(
    owner: User, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film on its way to a bucket is not given up as if its process had died."""
    size = 100 * 1024**3
    file = replace(ingest.describe_file(clip, protocol=Upload.Protocol.COMMAND), size=size)
    began = timezone.now()
    put = DiskStorage.put_file

    def put_file(storage: DiskStorage, *args: Any, **kwargs: Any) -> None:
        put(storage, *args, **kwargs)
        hours = Upload.objects.get().expires_at - began
        assert timedelta(hours=100) < hours < timedelta(days=7)

    monkeypatch.setattr(DiskStorage, "put_file", put_file)
    ingest.take_file(owner, file, VideoSettings())


def test_an_import_that_the_storage_refuses_says_so_in_a_sentence(
    owner: User, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr(DiskStorage, "put_file", refuse)
    with pytest.raises(CommandError, match="storage_unavailable: The storage is not responding"):
        call_command("import_file", str(clip), owner=owner.email)
