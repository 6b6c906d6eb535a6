"""Sweeps, purges and retries at the same moment: rows are locked, objects only marked."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from rest_framework.test import APIClient

from processing import services
from processing.models import Run, Task
from processing.pipeline import advance, finish, work
from processing.pipeline.claim import claim
from processing.tests.pretended import outcome
from processing.tests.threads import in_a_thread
from videos import installation, keys, lifetimes, objects, purge
from videos.models import Chunk, Release, Source, StoredObject, Upload, Video
from videos.playback import tokens
from videos.playback.gate import Audience
from videos.storage import StorageUnavailable, originals, outputs
from videos.storage.disk import DiskStorage

State = StoredObject.State


@pytest.fixture(autouse=True)
def _claimed(db: None) -> None:
    """The storages are this installation's."""
    assert installation.may_delete()


def _chunk_listed() -> None:
    """A run whose first chunk is listed."""
    for queue in ("media", "encode"):
        task = claim(queue, worker="w")
        assert task is not None
        finish.finish(task, outcome(task))


def test_a_canceled_release_is_swept_and_made_again_under_the_same_id(video: Video) -> None:
    _chunk_listed()
    run = Run.objects.get()
    services.cancel(video)
    assert purge.sweep_releases() == 1
    services.retry(run)
    marked = set(StoredObject.objects.filter(state=State.DELETING).values_list("key", flat=True))
    assert len(marked) == 1
    assert purge.sweep_releases() == 0
    task = claim("encode", worker="w")
    assert task is not None
    finish.finish(task, outcome(task))
    objects.delete_marked()
    assert Release.objects.get().state == Release.State.GROWING
    assert set(Chunk.objects.values_list("key", flat=True)).isdisjoint(marked)
    assert StoredObject.objects.filter(storage="outputs").get().state == State.STORED


def test_a_retry_before_the_sweep_marks_what_was_made(video: Video) -> None:
    _chunk_listed()
    services.cancel(video)
    services.retry(Run.objects.get())
    assert not Chunk.objects.exists()
    assert StoredObject.objects.get(storage="outputs").state == State.DELETING
    assert purge.sweep_releases() == 0


@pytest.mark.django_db(transaction=True)
def test_a_sweep_does_not_wait_for_a_retry_and_takes_nothing_from_it(video: Video) -> None:
    _chunk_listed()
    services.cancel(video)
    if connection.vendor == "sqlite":
        pytest.skip("there one writes at a time")
    run = Run.objects.get()
    with transaction.atomic():
        advance.lock(run.pk)
        thread, given = in_a_thread(purge.sweep_releases)
        thread.join(60)
        assert given == [0]
        services.retry(run)
    assert purge.sweep_releases() == 0
    assert Release.objects.get().state == Release.State.GROWING
    assert Run.objects.get().release_id == run.pk


@pytest.mark.django_db(transaction=True)
def test_a_purge_waits_for_a_finish_and_leaves_nothing_of_it(video: Video) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("there one writes at a time")
    probe = claim("media", worker="w")
    assert probe is not None
    finish.finish(probe, outcome(probe))
    task = claim("encode", worker="w")
    assert task is not None
    with transaction.atomic():
        advance.lock(task.run_id)
        thread, given = in_a_thread(lambda: purge.purge(video))
        thread.join(0.5)
        assert thread.is_alive(), "it waits for the run's row"
        finish.finish(task, outcome(task))
    thread.join(60)
    assert given == [True]
    assert not any(rows.objects.exists() for rows in (Video, Run, Task, Release, Source, Chunk))
    assert not StoredObject.objects.exclude(state=State.DELETING).exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_delete_everything_once(db: None) -> None:
    assert installation.may_delete()
    for number in range(300):
        key = f"releases/{number % 7}/{number}"
        outputs().put_bytes(key, b"x", content_type="text/plain")
        StoredObject.objects.create(
            storage="outputs", key=key, role="unknown", state=State.DELETING
        )
    sweepers = [in_a_thread(objects.delete_marked) for _ in range(3)]
    for thread, _ in sweepers:
        thread.join(60)
    assert all(isinstance(given[0], int) for _, given in sweepers)
    assert not StoredObject.objects.exists()
    assert [one.key for one in outputs().list_prefix("")] == [keys.IDENTITY]


def test_a_purge_never_asks_the_storage(
    api: APIClient, ready_video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> Any:
        raise StorageUnavailable

    for name in ("delete_keys", "delete_key", "list_prefix", "read_bytes", "object_size"):
        monkeypatch.setattr(DiskStorage, name, away)
    assert api.delete(f"/api/v1/videos/{ready_video.pk}/?purge=true").status_code == 204
    assert not Video.objects.exists()
    states = StoredObject.objects.values_list("state", flat=True)
    assert set(states) == {State.DELETING}
    assert objects.delete_marked() == 0


def test_one_original_that_cannot_be_deleted_stops_no_other(
    take_in: Callable[[Any], Video], clip: Any, db: None
) -> None:
    first, second = take_in(clip), take_in(clip)
    stuck = Source.objects.get(videos=first).key
    originals().delete_key(stuck)
    originals().put_bytes(f"{stuck}/a-folder", b"x", content_type="text/plain")
    for video in (first, second):
        purge.purge(video)
    assert objects.delete_marked() == 1
    left = StoredObject.objects.get()
    assert (left.key, left.tries) == (stuck, 1)


def test_a_source_that_another_video_uses_stays(video: Video) -> None:
    source = Source.objects.get()
    other = Video.objects.create(owner=video.owner, source=source, status="canceled")
    purge.purge(video)
    assert Source.objects.get() == source
    assert StoredObject.objects.get(storage="originals").state == State.STORED
    purge.purge(other)
    assert not Source.objects.exists()
    assert StoredObject.objects.get(storage="originals").state == State.DELETING


def test_a_purge_of_what_is_gone_already_is_no_error(video: Video) -> None:
    purge.purge(video)
    purge.purge(video)
    assert not Upload.objects.exists()


def test_a_replaced_release_stays_as_long_as_its_longest_address(video: Video) -> None:
    release = Release.objects.get()
    before = timezone.now()
    token = tokens.issue(release.pk, duration=60.0, audience=Audience.OPEN)
    left = tokens.check(token, release.pk).until - time.time()
    assert left <= lifetimes.longest_address(60.0).total_seconds()
    Source.objects.update(facts={"duration": 60.0})
    from videos import lifecycle

    lifecycle.retire(release.pk, source=Source.objects.get())
    release.refresh_from_db()
    assert release.keep_until is not None
    assert (release.keep_until - before).total_seconds() >= left


def test_what_the_version_before_retired_is_kept_too(video: Video) -> None:
    services.cancel(video)
    Release.objects.update(state="retired", completed_at=timezone.now())
    assert purge.sweep_releases() == 0
    assert Release.objects.get().keep_until is not None


def test_what_the_version_before_deleted_is_deleted_from_the_registry_too(video: Video) -> None:
    _chunk_listed()
    services.cancel(video)
    kept = StoredObject.objects.get(storage="originals").pk
    Release.objects.all().delete()
    assert objects.mark_ownerless() == 1
    assert StoredObject.objects.get(state=State.STORED).pk == kept
    assert objects.mark_ownerless() == 0


def test_what_the_version_before_listed_becomes_known(video: Video) -> None:
    _chunk_listed()
    StoredObject.objects.all().delete()
    release, source = Release.objects.get(), Source.objects.get()
    Release.objects.update(poster_key=f"{release.prefix}p.jpg")
    release.renditions.update(download_key=f"{release.prefix}d.mp4", download_bytes=5)
    assert objects.register_releases([release.pk]) == 3
    assert objects.register_releases([release.pk]) == 0
    assert objects.register_sources([source.pk]) == 1
    assert objects.register_sources([source.pk]) == 0
    roles = dict(StoredObject.objects.values_list("role", "bytes"))
    assert roles == {"chunk": 1, "poster": None, "download": 5, "original": source.size}
    assert set(StoredObject.objects.values_list("state", flat=True)) == {"stored"}
    assert objects.mark_releases([release.pk]) == 3


def test_the_migration_registers_everything_in_batches_and_may_be_repeated(
    take_in: Callable[[Any], Video], clip: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = import_module("videos.migrations.0013_register_stored_objects")
    monkeypatch.setattr(migration, "_RELEASES", 2)
    monkeypatch.setattr(migration, "_SOURCES", 2)
    videos = [take_in(clip) for _ in range(5)]
    Release.objects.update(poster_key=Concat(Value("releases/p/"), Cast("id", CharField())))
    StoredObject.objects.all().delete()
    for _ in range(2):
        migration.register(apps, None)
        assert StoredObject.objects.filter(state=State.STORED, role="poster").count() == 5
        originals_known = StoredObject.objects.filter(role="original").values_list("source_id")
        assert {pk for (pk,) in originals_known} == {
            Video.objects.get(pk=video.pk).source_id for video in videos
        }
        assert StoredObject.objects.count() == 10


def test_a_source_that_is_purged_while_it_is_probed_breaks_no_step(
    video: Video, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*args: object, **named: object) -> None:
        purge.purge(video)
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("processing.steps.probe.probe.probe", gone)
    task = claim("media", worker="w")
    assert task is not None
    work.work_on(task)
    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert "step_broke" not in events
    assert "task_lost" in events
