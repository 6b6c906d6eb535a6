"""Nothing is deleted from a storage that another database uses, or a later state of this one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from processing.health import work
from tests.servers.s3 import S3
from videos import installation, keys, objects
from videos.models import Installation, Source, StoredObject, Video
from videos.storage import StorageUnavailable, originals, outputs
from videos.storage.disk import DiskStorage
from videos.storage_identity import Identity, Unmarked, Verdict, judge, read, worst

pytestmark = pytest.mark.django_db
NOW = 1_000_000.0
INTERVAL = installation.INTERVAL_SECONDS


@pytest.fixture(params=["disk", "moto_server", "rclone_s3"])
def _storages(request: pytest.FixtureRequest, settings: Any) -> None:
    """Each kind of storage, with a prefix of its own."""
    if request.param == "disk":
        return
    s3: S3 = request.getfixturevalue(request.param)
    environment, prefix = s3.environment, uuid4().hex
    storages = settings.STORAGES
    for alias in ("originals", "outputs"):
        storages[alias] = {
            "BACKEND": "videos.storage.s3.BucketStorage",
            "OPTIONS": {
                "bucket_name": environment["S3_BUCKET"],
                "location": f"{prefix}/{alias}",
                "endpoint_url": environment["S3_ENDPOINT_URL"],
                "region_name": environment.get("S3_REGION", "us-east-1"),
                "access_key": environment["S3_ACCESS_KEY_ID"],
                "secret_key": environment["S3_SECRET_ACCESS_KEY"],
            },
        }
    settings.STORAGES = storages


def _marked(key: str = "releases/a/b/c.mp4") -> str:
    """An object that is to be deleted."""
    outputs().put_bytes(key, b"x", content_type="video/mp4")
    StoredObject.objects.create(storage="outputs", key=key, role="unknown", state="deleting")
    return key


def _stands(key: str) -> bool:
    return key in {one.key for one in outputs().list_prefix("")}


def _dump() -> dict[str, Any]:
    """The installation's row as a copy of the database would have it."""
    row: Any = Installation.objects.values("name", "epochs", "renewed_at", "adopted_at").get()
    return dict(row)


def _become(dump: dict[str, Any]) -> None:
    Installation.objects.update(**dump)


def _renew(done: int = 1) -> None:
    """What a reconciler does that has run for long; ``done`` 0 when it cannot."""
    watch = installation.Watch()
    Installation.objects.update(renewed_at=timezone.now() - timedelta(days=1))
    assert [watch.keep(NOW + n * INTERVAL) for n in range(3)] == [0, 0, done]


@pytest.mark.parametrize(
    ("found", "holds", "verdict"),
    [
        (Identity("me", "e1", 0), True, Verdict.OURS),
        (Identity("me", "e0", 0), False, Verdict.OURS),
        (Identity("me", "e7", 0), False, Verdict.MOVED_ON),
        (Identity("you", "e1", 0), False, Verdict.OTHER),
        (Unmarked.EMPTY, False, Verdict.EMPTY),
        (Unmarked.EMPTY, True, Verdict.LOST),
        (Unmarked.HOLDS_OBJECTS, True, Verdict.UNMARKED),
    ],
)
def test_what_a_storage_is_to_us(found: Identity | Unmarked, holds: bool, verdict: Verdict) -> None:
    assert judge(found, name="me", epochs=["e1", "e0"], holds=holds) is verdict


def test_the_worse_of_two_storages_counts() -> None:
    assert worst([Verdict.OURS, Verdict.OTHER]) is Verdict.OTHER
    assert worst([Verdict.EMPTY, Verdict.OURS]) is Verdict.EMPTY


@pytest.mark.parametrize("data", [b"", b"nothing", b"[]", b"{}", b'{"installation": 1}', b"\xff"])
def test_a_mark_that_cannot_be_read_says_nothing(data: bytes) -> None:
    assert read(data) is Unmarked.HOLDS_OBJECTS


def test_a_mark_is_read_as_it_was_written() -> None:
    identity = Identity("a", "b", 1.5)
    assert read(identity.to_json()) == identity


@pytest.mark.usefixtures("_storages")
def test_new_storages_are_claimed_and_what_is_marked_goes() -> None:
    assert installation.status()[0]
    assert installation.may_delete()
    for storage in (originals(), outputs()):
        said = json.loads(storage.read_bytes(keys.IDENTITY, at_most=1000))
        assert said["installation"] == str(installation.row().name)
    key = _marked()
    assert objects.delete_marked() == 1
    assert not _stands(key)


@pytest.mark.usefixtures("_storages")
def test_a_copy_of_the_database_deletes_nothing() -> None:
    assert installation.may_delete()
    dump = _dump()
    _renew()
    _become(dump)
    key = _marked()
    assert objects.delete_marked() == 0
    assert _stands(key)
    ok, sentence = installation.status()
    assert not ok
    assert "another copy" in sentence
    finding = work.storage_owner()
    assert not finding.ok
    assert "adopt_storage" in finding.hint


@pytest.mark.usefixtures("_storages")
def test_two_databases_on_one_storage_delete_nothing_of_each_other() -> None:
    assert installation.may_delete()
    Installation.objects.all().delete()
    key = _marked()
    assert objects.delete_marked() == 0
    assert _stands(key)
    assert "another installation" in installation.status()[1]


@pytest.mark.usefixtures("_storages")
def test_another_database_leaves_a_note_and_then_nothing_unknown_is_deleted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(installation, "_note_left_at", None)
    assert installation.may_delete()
    own = _dump()
    Installation.objects.all().delete()
    assert not installation.may_delete()
    Installation.objects.all().delete()
    Installation.objects.create(**own)
    assert installation.may_delete()
    (guest,) = installation.guests()
    assert str(own["name"]) not in guest
    assert not work.storage_owner().ok
    assert guest in work.storage_owner().detail
    with pytest.raises(CommandError, match="Another database"):
        call_command("sweep_storage")
    with pytest.raises(CommandError, match="Another database"):
        call_command("fsck", repair=True)
    _adopt()
    assert installation.guests() == []
    assert work.storage_owner().ok


def test_the_note_of_a_copy_that_was_just_made_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_note_left_at", None)
    assert installation.may_delete()
    copied = _dump()
    _renew()
    production = _dump()
    _become(copied)
    assert not installation.may_delete()
    _become(production)
    assert installation.may_delete()
    assert copied["epochs"][0] in production["epochs"]
    assert len(installation.guests()) == 1


def test_production_goes_on_while_its_copy_runs() -> None:
    assert installation.may_delete()
    copied = _dump()
    _renew()
    production = _dump()
    _become(copied)
    watch = installation.Watch()
    assert [watch.keep(NOW + n * INTERVAL) for n in range(5)] == [0] * 5
    _become(production)
    assert installation.may_delete()
    _renew()


def test_the_epoch_is_renewed_only_by_who_has_seen_it_right_for_two_intervals() -> None:
    assert installation.may_delete()
    Installation.objects.update(renewed_at=timezone.now() - timedelta(days=1))
    (before,) = installation.row().epochs
    watch = installation.Watch()
    assert watch.keep(NOW) == 0
    assert watch.keep(NOW + INTERVAL) == 0
    assert watch.keep(NOW + 2 * INTERVAL) == 1
    assert installation.row().epochs[1:] == [before]
    assert watch.keep(NOW + 3 * INTERVAL) == 0, "it was renewed just now"
    assert installation.may_delete()


def test_a_mismatch_begins_the_two_intervals_anew() -> None:
    assert installation.may_delete()
    Installation.objects.update(renewed_at=timezone.now() - timedelta(days=1))
    good, watch = outputs().read_bytes(keys.IDENTITY, at_most=1000), installation.Watch()
    assert watch.keep(NOW) == 0
    outputs().put_bytes(keys.IDENTITY, b"{}", content_type="application/json")
    assert watch.keep(NOW + INTERVAL) == 0
    outputs().put_bytes(keys.IDENTITY, good, content_type="application/json")
    assert [watch.keep(NOW + n * INTERVAL) for n in (2, 3, 4)] == [0, 0, 1]


def test_a_renewal_that_was_cut_off_is_no_mismatch_and_is_made_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert installation.may_delete()
    put = DiskStorage.put_bytes

    def cut_off(storage: DiskStorage, *args: Any, **kwargs: Any) -> None:
        if Path(storage.location).name == "outputs":
            raise StorageUnavailable
        put(storage, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "put_bytes", cut_off)
        for _ in range(20):
            _renew(done=0)
            assert installation.may_delete()
    _renew()
    assert installation.may_delete()
    stood = {
        json.loads(storage.read_bytes(keys.IDENTITY, at_most=1000))["epoch"]
        for storage in (originals(), outputs())
    }
    assert stood == {installation.row().epochs[0]}


def test_a_frozen_process_that_writes_an_old_epoch_late_is_no_mismatch() -> None:
    assert installation.may_delete()
    old = outputs().read_bytes(keys.IDENTITY, at_most=1000)
    for _ in range(3):
        _renew()
    outputs().put_bytes(keys.IDENTITY, old, content_type="application/json")
    assert installation.may_delete()


def test_a_storage_that_lost_everything_is_not_taken_for_a_new_one(ready_video: Video) -> None:
    assert installation.may_delete()
    for one in list(outputs().list_prefix("")):
        outputs().delete_key(one.key)
    assert not installation.may_delete()
    assert "is empty" in installation.status()[1]


def _of_the_version_before() -> None:
    """Nothing is marked, and nothing was ever claimed."""
    Installation.objects.all().delete()
    for storage in (originals(), outputs()):
        storage.delete_key(keys.IDENTITY)


def test_at_the_upgrade_a_storage_is_claimed_that_is_known_through(ready_video: Video) -> None:
    _of_the_version_before()
    assert installation.may_delete()


def test_at_the_upgrade_a_storage_with_an_unknown_release_is_not_claimed(
    ready_video: Video,
) -> None:
    _of_the_version_before()
    unknown = keys.chunk(keys.attempt_prefix(uuid4(), uuid4()), "180p", 0)
    outputs().put_bytes(unknown, b"x", content_type="video/mp4")
    assert not installation.may_delete()
    assert "does not say whose" in installation.status()[1]


def test_a_mark_that_vanished_is_not_set_again_by_itself(ready_video: Video) -> None:
    assert installation.may_delete()
    outputs().delete_key(keys.IDENTITY)
    assert not installation.may_delete()


def test_a_storage_that_is_away_deletes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> bytes:
        raise StorageUnavailable

    key = _marked()
    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "read_bytes", away)
        assert objects.delete_marked() == 0
        assert not installation.status()[0]
    assert _stands(key)


def test_an_operator_is_warned_once_an_hour(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "_told_at", None)
    assert installation.may_delete()
    outputs().delete_key(keys.IDENTITY)
    outputs().put_bytes("releases/x", b"x", content_type="video/mp4")
    for _ in range(3):
        assert not installation.may_delete()
    assert caplog.text.count("storage_not_ours") == 1


def _adopt(*options: str) -> str:
    out = StringIO()
    call_command("adopt_storage", *options, stdout=out)
    return out.getvalue()


def test_a_restored_database_adopts_its_storage_and_spares_what_it_does_not_know(
    ready_video: Video, make_old: Callable[[], None]
) -> None:
    assert installation.may_delete()
    dump = _dump()
    _renew()
    newer = keys.chunk(keys.attempt_prefix(uuid4(), uuid4()), "180p", 0)
    outputs().put_bytes(newer, b"x", content_type="video/mp4")
    _become(dump)
    with pytest.raises(CommandError, match="ten minutes"):
        _adopt()
    said = _adopt("--dry-run")
    assert "2 stored, 1 of them unknown" in said
    assert not installation.may_delete()
    _adopt("--take-over")
    assert installation.may_delete()
    assert installation.status()[0]
    make_old()
    search = objects_search()
    assert search.step(search._began + 3601) == 0
    assert _stands(newer)


def objects_search() -> Any:
    from videos.objects.unknown import Search

    return Search()


@pytest.fixture
def make_old(settings: Any) -> Callable[[], None]:
    """Everything stored becomes two days old."""
    import os

    def make() -> None:
        then = (timezone.now() - timedelta(days=2)).timestamp()
        for alias in ("originals", "outputs"):
            root = Path(settings.STORAGES[alias]["OPTIONS"]["location"])
            for path in root.rglob("*"):
                os.utime(path, (then, then))

    return make


def test_adoption_tells_what_is_missing(ready_video: Video) -> None:
    assert installation.may_delete()
    originals().delete_key(Source.objects.get().key)
    said = _adopt("--dry-run")
    assert "Releases: 1 stored, 0 of them unknown to the database; 0 that" in said
    assert "Originals: 0 stored, 0 of them unknown to the database; 1 that" in said


def test_another_installations_storage_is_adopted_only_by_insisting() -> None:
    assert installation.may_delete()
    Installation.objects.all().delete()
    with pytest.raises(CommandError, match="another installation"):
        _adopt()
    assert not installation.may_delete()
    _adopt("--take-over")
    assert installation.may_delete()
