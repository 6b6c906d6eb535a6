"""What dead and stale attempts stored does not stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from processing.models import Task
from processing.pipeline import attempt, finish, work
from processing.pipeline.claim import claim
from videos import objects
from videos.models import Chunk, Picture, Release, Rendition, StoredObject, Video
from videos.storage import StorageUnavailable, outputs
from videos.storage.disk import DiskStorage

pytestmark = pytest.mark.usefixtures("every_picture")

State = StoredObject.State


def _keys() -> set[str]:
    return {stored.key for stored in outputs().list_prefix("releases/")}


def _listed() -> set[str]:
    rows = Release.objects.values_list("poster_key", "small_poster_key")
    posters = {key for keys in rows for key in keys if key}
    downloads = Rendition.objects.exclude(download_key="").values_list("download_key", flat=True)
    pictures = Picture.objects.values_list("key", flat=True)
    return {*Chunk.objects.values_list("key", flat=True), *posters, *downloads, *pictures}


def _registered(*states: State) -> set[str]:
    rows = StoredObject.objects.filter(storage="outputs", state__in=states)
    return set(rows.values_list("key", flat=True))


def _let_grace_pass() -> None:
    StoredObject.objects.filter(state=State.DELETING).update(delete_after=timezone.now())


def _probed() -> None:
    work.work_on(claim("media", worker="a") or pytest.fail("no probe"))


def _frozen_encode() -> Task:
    """An encode whose worker lost its lease and does not know it."""
    zombie = claim("encode", worker="frozen")
    assert zombie is not None
    Task.objects.filter(pk=zombie.pk).update(lease_until="2000-01-01T00:00:00Z")
    finish.rescue(zombie)
    return zombie


def test_the_registry_knows_exactly_what_a_ready_video_lists(ready_video: Video) -> None:
    assert objects.delete_marked() == 1, "the first poster, which a better one replaced"
    assert _registered(State.STORED) == _listed() == _keys()
    assert _registered(State.WRITING, State.DELETING) == set()
    for row in StoredObject.objects.filter(storage="outputs"):
        assert row.bytes == outputs().object_size(row.key)
        assert (row.release_id, row.attempt) == (ready_video.release_id, None)
    original = StoredObject.objects.get(storage="originals")
    assert (original.source_id, original.state) == (ready_video.source_id, State.STORED)


def test_what_is_written_is_known_before_it_is_stored(
    video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown: list[str] = []
    seen: list[str] = []
    target = DiskStorage._target

    def look(storage: DiskStorage, key: str) -> Path:
        seen.append(key)
        if not StoredObject.objects.filter(key=key, state=State.WRITING).exists():
            unknown.append(key)
        connection.close()  # in a thread of its own
        return target(storage, key)

    monkeypatch.setattr(DiskStorage, "_target", look)
    work_off()
    assert set(seen) == _listed() | _registered(State.DELETING)
    assert unknown == []


def test_what_a_killed_attempt_stored_is_marked_and_deleted(
    video: Video, work_off: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    _probed()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finish, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            work.work_on(claim("encode", worker="killed") or pytest.fail("no encode"))
    written = _keys()
    assert written
    assert attempt.mark_abandoned() == 0, "its lease is not over"
    Task.objects.filter(state="running").update(lease_until="2000-01-01T00:00:00Z")
    finish.rescue(Task.objects.get(state="running"))
    assert attempt.mark_abandoned() == len(written)
    assert objects.delete_marked() == 0, "it may still be writing"
    _let_grace_pass()
    assert objects.delete_marked() == len(written)
    work_off()
    assert objects.delete_marked() == 1, "the first poster"
    assert _keys() == _listed() == _registered(State.STORED)
    assert not _keys() & written


def test_a_stale_worker_marks_what_it_stored(
    video: Video, work_off: Callable[[], None], settings: LazySettings
) -> None:
    _probed()
    zombie = _frozen_encode()
    work_off()
    settings.TASK_HEARTBEAT_SECONDS = 60.0  # it notices only at its end
    work.work_on(zombie)
    assert _keys() > _listed()
    objects.delete_marked()
    assert _keys() == _listed() == _registered(State.STORED, State.DELETING, State.WRITING)


def test_a_stale_worker_that_wakes_after_its_rows_were_deleted_leaves_nothing(
    video: Video,
    work_off: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
) -> None:
    _probed()
    zombie = _frozen_encode()
    work_off()
    settings.TASK_HEARTBEAT_SECONDS = 60.0  # it notices only at its end
    register = objects.write_ahead

    def registered_long_ago(*args: object, **kwargs: object) -> None:
        register(*args, **kwargs)  # type: ignore[arg-type]  # passed on
        attempt.mark_abandoned()
        _let_grace_pass()
        objects.delete_marked()

    monkeypatch.setattr(objects, "write_ahead", registered_long_ago)
    work.work_on(zombie)
    assert _keys() > _listed()
    objects.delete_marked()
    assert _keys() == _listed()


def test_a_commit_whose_answer_was_lost_keeps_its_outputs(
    video: Video, work_off: Callable[[], None]
) -> None:
    _probed()
    task = claim("encode", worker="me")
    assert task is not None
    work.work_on(task)
    attempt.delete_stale_outputs(task)
    work_off()
    attempt.mark_abandoned()
    _let_grace_pass()
    objects.delete_marked()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert _keys() == _listed() == _registered(State.STORED)


def test_what_is_listed_is_not_deleted_whatever_a_mark_says(ready_video: Video) -> None:
    objects.delete_marked()
    before = _keys()
    StoredObject.objects.update(state=State.DELETING, delete_after=None)
    assert objects.delete_marked() == 0
    assert _keys() == before
    assert not StoredObject.objects.filter(delete_after=None).exists()


def test_an_object_that_cannot_be_deleted_is_tried_again_later_and_keeps_no_other(
    db: None,
) -> None:
    for key in ("releases/b", "releases/c"):
        outputs().put_bytes(key, b"x", content_type="text/plain")
        StoredObject.objects.create(
            storage="outputs", key=key, role="unknown", state=State.DELETING
        )
    stuck = StoredObject.objects.create(
        storage="outputs", key="releases", role="unknown", state=State.DELETING
    )
    outputs().put_bytes("releases/theirs", b"x", content_type="text/plain")
    for tries in (1, 2, 3):
        before = timezone.now()
        assert objects.delete_marked() == (2 if tries == 1 else 0)
        stuck.refresh_from_db()
        assert stuck.tries == tries
        assert stuck.delete_after is not None
        assert stuck.delete_after > before + timedelta(minutes=2 ** (tries - 1) - 0.1)
        _let_grace_pass()
    assert _keys() == {"releases/theirs"}


def test_a_storage_that_is_away_leaves_everything_to_the_next_pass(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs().put_bytes("releases/b", b"x", content_type="text/plain")
    StoredObject.objects.create(
        storage="outputs", key="releases/b", role="unknown", state=State.DELETING
    )

    def away(*_: object, **__: object) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "delete_keys", away)
        assert objects.delete_marked() == 0
    assert objects.delete_marked() == 1
    assert _keys() == set()
