"""Objects no row names are found by listing, and deleted only where that is certain to be right."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from videos import installation, keys, objects
from videos.models import Installation, StoredObject, Upload, Video, Walk
from videos.objects import unknown
from videos.storage import ListedObject, StorageUnavailable, originals, outputs
from videos.storage.disk import DiskStorage

pytestmark = pytest.mark.django_db


def _unknown_output() -> str:
    key = keys.chunk(keys.attempt_prefix(uuid4(), uuid4()), "180p", 0)
    outputs().put_bytes(key, b"xx", content_type="video/mp4")
    return key


def _unknown_original() -> str:
    key = keys.new_original()
    originals().put_bytes(key, b"xxx", content_type="video/mp4")
    return key


@pytest.fixture
def age(settings: Any) -> Callable[..., None]:
    """Give everything stored another date: two days ago unless told."""

    def make(then: datetime | None = None) -> None:
        stamp = (then or timezone.now() - timedelta(days=2)).timestamp()
        for alias in ("originals", "outputs"):
            root = Path(settings.STORAGES[alias]["OPTIONS"]["location"])
            for path in root.rglob("*"):
                if path.name != keys.IDENTITY:
                    os.utime(path, (stamp, stamp))

    return make


@pytest.fixture
def claimed() -> None:
    """The storages are this installation's since long ago."""
    assert installation.may_delete()
    Installation.objects.update(adopted_at=timezone.now() - timedelta(days=9))


def _after_an_hour() -> int:
    """A whole walk by a process that has run for long."""
    Walk.objects.update(finished_at=None, after="")
    search = unknown.Search()
    return search.step(search._began + 3601)


@pytest.mark.usefixtures("every_picture")
def test_what_nobody_knows_is_deleted_when_it_is_a_day_old(
    ready_video: Video, claimed: None, age: Callable[..., None]
) -> None:
    objects.delete_marked()
    theirs = "releases/notes/mine.txt"
    outputs().put_bytes(theirs, b"x", content_type="text/plain")
    known = {one.key for one in (*outputs().list_prefix(""), *originals().list_prefix(""))}
    _unknown_output()
    _unknown_original()
    assert _after_an_hour() == 0, "they may be just being written"
    age()
    assert _after_an_hour() == 2
    objects.delete_marked()
    left = {one.key for one in (*outputs().list_prefix(""), *originals().list_prefix(""))}
    assert left == known


def test_what_is_older_than_the_adoption_is_only_counted(
    claimed: None, age: Callable[..., None]
) -> None:
    key = _unknown_output()
    age(timezone.now() - timedelta(days=10))
    assert _after_an_hour() == 0
    objects.delete_marked()
    assert outputs().object_size(key) == 2
    assert unknown.counted() == unknown.Count(1, 2)


def test_nothing_is_marked_in_the_first_hour_of_a_process(
    claimed: None, age: Callable[..., None]
) -> None:
    _unknown_output()
    age()
    search = unknown.Search()
    assert search.step(search._began + 3599) == 0
    assert not StoredObject.objects.exists()


def test_nothing_is_marked_where_the_storage_is_not_ours(
    claimed: None, age: Callable[..., None]
) -> None:
    _unknown_output()
    age()
    Installation.objects.update(name=uuid4())
    assert _after_an_hour() == 0
    assert not StoredObject.objects.exists()


def test_what_an_upload_is_writing_is_known(claimed: None, age: Callable[..., None]) -> None:
    from accounts.models import User

    owner = User.objects.create_user("a@example.com", "a long password")
    video = Video.objects.create(owner=owner, status=Video.Status.UPLOADING)
    key = _unknown_original()
    Upload.objects.create(
        owner=owner, video=video, key=key, filename="a", expires_at=timezone.now()
    )
    age()
    assert _after_an_hour() == 0


def test_a_walk_goes_on_where_the_last_step_ended(
    claimed: None, age: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unknown, "_STEP", 2)
    found = {_unknown_output() for _ in range(5)}
    age()
    search = unknown.Search()
    marked = [search.step(search._began + 3601) for _ in range(4)]
    assert sum(marked) == 5
    assert max(marked) <= 2
    assert set(StoredObject.objects.values_list("key", flat=True)) == found
    counted = unknown.counted()
    assert counted is not None
    assert counted.objects == 5
    assert search.step(search._began + 3700) == 0, "the next walk is hours away"


def test_an_unfinished_write_of_a_killed_process_goes_too(
    claimed: None, age: Callable[..., None]
) -> None:
    name = f".{keys.new_original()}.{uuid4().hex}.part"
    originals().put_bytes(name, b"x", content_type="video/mp4")
    age()
    assert _after_an_hour() == 1


def _sweep(*options: str) -> str:
    out = StringIO()
    call_command("sweep_storage", *options, stdout=out)
    return out.getvalue()


def test_an_operator_lists_and_deletes_what_is_unknown(
    claimed: None, age: Callable[..., None]
) -> None:
    key, theirs = _unknown_output(), "releases/notes/mine.txt"
    outputs().put_bytes(theirs, b"x", content_type="text/plain")
    age(timezone.now() - timedelta(days=10))
    said = _sweep("--dry-run")
    assert f"outputs/{key}" in said
    assert "1 would be deleted." in said
    assert not StoredObject.objects.exists()
    assert "0 would be deleted." in _sweep("--dry-run", "--older-than", "11")
    assert "1 are deleted" in _sweep()
    assert objects.delete_marked() == 1
    assert {one.key for one in outputs().list_prefix("")} == {theirs, keys.IDENTITY}


def test_an_operator_cannot_sweep_what_may_be_just_being_written(claimed: None) -> None:
    with pytest.raises(CommandError, match="a day"):
        _sweep("--older-than", "0.5")


def test_an_operator_cannot_sweep_anothers_storage(claimed: None) -> None:
    Installation.objects.update(name=uuid4())
    with pytest.raises(CommandError, match="another installation"):
        _sweep()


def test_a_storage_that_does_not_answer_keeps_nobody_from_looking_at_the_other(
    claimed: None, age: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    _unknown_output()
    age()
    away = Path(originals().local_path(keys.IDENTITY) or "").parent
    listed = DiskStorage.list_prefix

    def list_prefix(self: DiskStorage, prefix: str, *, after: str = "") -> Iterator[ListedObject]:
        if Path(self.location) == away:
            raise StorageUnavailable("down")
        return listed(self, prefix, after=after)

    monkeypatch.setattr(DiskStorage, "list_prefix", list_prefix)
    assert _after_an_hour() == 1


def test_a_folder_that_only_the_system_may_read_keeps_nothing_from_being_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A disk of its own for a storage has one: ``lost+found``."""
    root = Path(outputs().local_path(_unknown_output()) or "").parents[4]
    systems = root / "lost+found"
    systems.mkdir()
    scandir = os.scandir

    def scan(path: str | Path) -> Any:
        if Path(path) == systems:
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert len(list(outputs().list_prefix(""))) == 1
