"""A job fetches the file of an import, and goes on with it as with an upload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.models import User
from processing import services as processing
from processing.models import Run, Task
from processing.pipeline import finish, work
from processing.pipeline.claim import claim
from tests.bad_server import Asked, BadServer, Wire, serving, whole
from tests.networks import LOOPBACK
from videos import purge
from videos.ingest import closing, imports
from videos.ingest.settings import VideoSettings
from videos.models import Source, StoredObject, Upload, Video
from videos.storage import originals


@pytest.fixture
def server(settings: LazySettings) -> Iterator[BadServer]:
    """A server that is allowed although it is on this machine."""
    settings.FETCH_PRIVATE = LOOPBACK
    with serving() as server:
        yield server


@pytest.fixture
def begun(owner: User, server: BadServer, clip: Path) -> Callable[..., tuple[Upload, Run]]:
    """Begin to import the clip."""
    server.at("/clip.mp4", whole(clip.read_bytes()))

    def begin(
        path: str = "/clip.mp4?token=secret", *, on_duplicate: str = "keep", **options: str
    ) -> tuple[Upload, Run]:
        settings = VideoSettings(on_duplicate=on_duplicate)
        return imports.start(owner, server.url(path), settings, **options)  # type: ignore[arg-type]  # texts

    return begin


def _fetch() -> Task:
    task = claim("ingest", worker="me")
    assert task is not None
    assert task.kind == "fetch"
    return task


@pytest.mark.django_db(transaction=True)
def test_an_import_becomes_ready(
    begun: Callable[..., tuple[Upload, Run]],
    work_off: Callable[[], None],
    clip: Path,
    leftovers: Callable[[], list[Path]],
) -> None:
    upload, run = begun(sha256=hashlib.sha256(clip.read_bytes()).hexdigest())
    video = Video.objects.get(upload=upload)
    assert (video.status, video.title) == ("uploading", "clip")
    assert Source.objects.count() == 0
    work_off()
    video.refresh_from_db()
    upload.refresh_from_db()
    run.refresh_from_db()
    assert (video.status, run.status) == ("ready", "succeeded")
    assert video.source == run.source
    assert video.source is not None
    assert video.source.origin == "url"
    assert video.source.origin_url.endswith("/clip.mp4")
    assert originals().object_size(video.source.key) == clip.stat().st_size
    assert "secret" not in str(upload.settings)
    assert upload.finished_at is not None
    assert leftovers() == []


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_fetched_fails_with_its_code(
    begun: Callable[..., tuple[Upload, Run]],
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
) -> None:
    upload, run = begun("/gone.mp4?token=secret")
    work_off()
    video = Video.objects.get(upload=upload)
    run.refresh_from_db()
    upload.refresh_from_db()
    assert (video.status, video.error_code) == ("failed", "fetch_not_found")
    assert (run.status, run.error_code) == ("failed", "fetch_not_found")
    assert (upload.error_code, upload.finished_at is None) == ("fetch_not_found", False)
    assert "secret" not in str(upload.settings)
    assert set(StoredObject.objects.values_list("state", flat=True)) == {"deleting"}
    assert leftovers() == []


@pytest.mark.parametrize("looked_before", [True, False])
def test_a_duplicate_that_is_refused_fails_and_its_bytes_go(
    ready_video: Video,
    begun: Callable[..., tuple[Upload, Run]],
    work_off: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    leftovers: Callable[[], list[Path]],
    looked_before: bool,
) -> None:
    if not looked_before:  # as if the other had come while the file was being stored
        monkeypatch.setattr("videos.duplicates.require_none", lambda *_: None)
    upload, run = begun(on_duplicate="refuse")
    work_off()
    video = Video.objects.get(upload=upload)
    run.refresh_from_db()
    assert (video.status, video.error_code) == ("failed", "duplicate")
    assert (run.status, run.error_code) == ("failed", "duplicate")
    assert StoredObject.objects.filter(storage="originals", state="deleting").count() >= 1
    assert Source.objects.get() == ready_video.source
    assert leftovers() == []


def test_a_duplicate_shares_the_release_of_the_other(
    ready_video: Video,
    begun: Callable[..., tuple[Upload, Run]],
    work_off: Callable[[], None],
    leftovers: Callable[[], list[Path]],
) -> None:
    upload, run = begun(on_duplicate="share")
    work_off()
    video = Video.objects.get(upload=upload)
    run.refresh_from_db()
    upload.refresh_from_db()
    assert (video.status, video.release_id) == ("ready", ready_video.release_id)
    assert (video.title, video.duplicate_of_id) == ("clip", ready_video.pk)
    assert (run.status, run.is_shared) == ("succeeded", True)
    assert list(run.tasks.values_list("kind", flat=True)) == ["fetch"]
    assert (upload.finished_at is None, "secret" in str(upload.settings)) == (False, False)
    assert StoredObject.objects.get(key=upload.key).state == "deleting"
    assert Source.objects.get() == ready_video.source
    assert leftovers() == []


@pytest.mark.django_db(transaction=True)
def test_canceling_while_it_downloads_leaves_nothing(
    begun: Callable[..., tuple[Upload, Run]],
    server: BadServer,
    settings: LazySettings,
    leftovers: Callable[[], list[Path]],
) -> None:
    settings.TASK_HEARTBEAT_SECONDS = 0.1
    upload, run = begun("/slow.mp4")
    video = Video.objects.get(upload=upload)

    def cancel(asked: Asked, wire: Wire) -> None:
        wire.answer(200, b"\0" * 5000, length=10**6)
        processing.cancel(video)
        connection.close()
        wire.wait(30)

    server.at("/slow.mp4", cancel)
    work.work_on(_fetch())
    video.refresh_from_db()
    upload.refresh_from_db()
    run.refresh_from_db()
    assert (video.status, run.status) == ("canceled", "canceled")
    assert upload.finished_at is not None
    assert leftovers() == []
    assert set(StoredObject.objects.values_list("state", flat=True)) == {"deleting"}


@pytest.mark.django_db(transaction=True)
def test_a_stale_worker_takes_nothing_in(
    begun: Callable[..., tuple[Upload, Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun()
    stale = _fetch()

    def take_back(task: Task, outcome: object) -> None:
        Task.objects.filter(pk=task.pk).update(token=None, state="ready", lease_until=None)
        real(task, outcome)  # type: ignore[arg-type]  # an outcome

    real = finish.finish
    monkeypatch.setattr(finish, "finish", take_back)
    work.work_on(stale)
    monkeypatch.setattr(finish, "finish", real)
    assert Source.objects.count() == 0
    work.work_on(_fetch())
    source = Source.objects.get()
    stored = StoredObject.objects.get(source=source)
    assert (stored.state, stored.key) == ("stored", source.key)
    others = StoredObject.objects.exclude(pk=stored.pk)
    assert set(others.values_list("state", flat=True)) == {"deleting"}


@pytest.mark.django_db(transaction=True)
def test_a_break_is_tried_again_later(
    begun: Callable[..., tuple[Upload, Run]], server: BadServer
) -> None:
    server.at("/busy.mp4", lambda asked, wire: wire.answer(503))
    upload, _ = begun("/busy.mp4")
    work.work_on(_fetch())
    task = Task.objects.get()
    assert (task.state, task.error_code) == ("ready", "fetch_unavailable")
    assert task.not_before is not None
    assert Video.objects.get(upload=upload).status == "uploading"


@pytest.mark.django_db(transaction=True)
def test_an_import_that_waits_long_does_not_expire(
    begun: Callable[..., tuple[Upload, Run]],
) -> None:
    upload, run = begun()
    Upload.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert closing.expire_uploads() == 0
    processing.cancel_run(run)
    assert Video.objects.get(upload=upload).status == "canceled"


@pytest.mark.django_db(transaction=True)
def test_wakeups_that_come_twice_fetch_once(
    begun: Callable[..., tuple[Upload, Run]], server: BadServer, clip: Path
) -> None:
    upload, _ = begun("/twice.mp4")
    others: list[Task | None] = []

    def claim_meanwhile(asked: Asked, wire: Wire) -> None:
        others.append(claim("ingest", worker="other"))
        connection.close()
        wire.answer(200, clip.read_bytes())

    server.at("/twice.mp4", claim_meanwhile)
    work.drain("ingest")
    work.drain("ingest")
    assert others == [None]
    assert len(server.asked) == 1
    assert Video.objects.get(upload=upload).status == "processing"


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_the_workers_fault_and_ends_no_import(
    begun: Callable[..., tuple[Upload, Run]], settings: LazySettings
) -> None:
    settings.MIN_FREE_DISK_BYTES = 2**62
    upload, _ = begun()
    work.work_on(_fetch())
    task = Task.objects.get()
    assert (task.state, task.error_code) == ("ready", "disk_full")
    assert Video.objects.get(upload=upload).status == "uploading"


@pytest.mark.django_db(transaction=True)
def test_a_video_deleted_meanwhile_leaves_nothing(
    begun: Callable[..., tuple[Upload, Run]],
    server: BadServer,
    clip: Path,
    settings: LazySettings,
    leftovers: Callable[[], list[Path]],
) -> None:
    settings.TASK_HEARTBEAT_SECONDS = 0.1
    upload, _ = begun("/late.mp4")
    video = Video.objects.get(upload=upload)

    def purge_first(asked: Asked, wire: Wire) -> None:
        purge.purge(video)
        connection.close()
        wire.answer(200, clip.read_bytes())

    server.at("/late.mp4", purge_first)
    work.work_on(_fetch())
    assert Video.objects.count() == Source.objects.count() == Upload.objects.count() == 0
    assert leftovers() == []
    assert not StoredObject.objects.exclude(state="deleting").exists()
