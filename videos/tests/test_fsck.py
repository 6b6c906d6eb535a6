"""fsck tells what rows and objects do not agree on, and repairs without deleting anything."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from processing.models import Run
from tests.servers.s3 import S3
from videos import installation, keys
from videos.inventory import comparing
from videos.models import Chunk, Installation, Release, Source, StoredObject, Upload, Video
from videos.storage import ObjectMissing, originals, outputs
from videos.storage.disk import DiskStorage
from videos.tests.kept import everything, faulty, in_bucket, keep_video, make_old, orphans

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _claimed(db: None) -> None:
    assert installation.may_delete()


@pytest.fixture
def kept(owner: User) -> Video:
    return keep_video(owner)


def _fsck(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("fsck", *options, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def _counts(*options: str) -> tuple[dict[str, int], dict[str, int]]:
    """Objects of each kind, and videos by what can be done."""
    code, said = _fsck("--json", *options)
    told = [json.loads(line) for line in said.splitlines()]
    summary = told[-1]
    assert summary["ok"] == (code == 0)
    counts = {kind: one["objects"] for kind, one in summary["counts"].items() if one["objects"]}
    for kind, count in counts.items():
        assert len([one for one in told if one["kind"] == kind]) == count
    return counts, summary["videos"]


def _notices() -> list[dict[str, Any]]:
    return list(Release.objects.get().notices or [])


@pytest.mark.parametrize("where", ["disk", "moto_server", "rclone_s3"])
def test_nothing_is_said_of_what_agrees(
    where: str, request: pytest.FixtureRequest, settings: Any, owner: User
) -> None:
    if where != "disk":
        in_bucket(settings, request.getfixturevalue(where))
        assert installation.may_delete()
    keep_video(owner)
    assert _fsck("--deep") == (0, "Rows and objects agree.\n")


@pytest.mark.usefixtures("every_picture")
def test_a_processed_video_agrees(ready_video: Video) -> None:
    assert installation.may_delete()
    assert _fsck("--deep") == (0, "Rows and objects agree.\n")


@pytest.mark.parametrize("where", ["disk", "moto_server"])
def test_what_is_missing_is_marked_told_and_made_again(
    where: str, request: pytest.FixtureRequest, settings: Any, owner: User
) -> None:
    if where != "disk":
        in_bucket(settings, request.getfixturevalue(where))
        assert installation.may_delete()
    kept = keep_video(owner)
    chunk = Chunk.objects.order_by("pk")[1]
    outputs().delete_key(chunk.key)
    assert _counts() == ({"missing": 1}, {"again": 1})
    assert faulty() == {}, "it only looked"
    assert _fsck("--repair")[0] == 1
    assert faulty() == {chunk.key: "missing"}
    (notice,) = _notices()
    assert notice["code"] == "output_missing"
    assert notice["details"] == {"missing": 1, "files": 4}
    said = StringIO()
    call_command("reprocess", "--broken", "--dry-run", stdout=said)
    assert str(kept.pk) in said.getvalue()
    assert not Run.objects.exists()
    call_command("reprocess", "--broken", stdout=said)
    assert Run.objects.get().video_id == kept.pk


def test_what_came_back_is_no_longer_told_of(kept: Video) -> None:
    chunk = Chunk.objects.order_by("pk")[1]
    data = outputs().read_bytes(chunk.key, at_most=10_000)
    outputs().delete_key(chunk.key)
    Release.objects.update(notices=[{"code": "gap_filled", "message": "A.", "details": {}}])
    _fsck("--repair")
    outputs().put_bytes(chunk.key, data, content_type="video/mp4")
    assert _counts("--repair")[0] == {"mended": 1}
    assert faulty() == {}
    (notice,) = _notices()
    assert notice["code"] == "gap_filled"
    assert _fsck() == (0, "Rows and objects agree.\n")


def test_a_lost_original_is_told_and_its_video_is_not_processed_again(kept: Video) -> None:
    originals().delete_key(Source.objects.get().key)
    outputs().delete_key(Chunk.objects.order_by("pk")[0].key)
    assert _counts("--repair") == ({"missing": 2}, {"lost": 1})
    codes = {one["code"] for one in _notices()}
    assert codes == {"output_missing", "original_missing"}
    said, refused = StringIO(), StringIO()
    call_command("reprocess", "--broken", stdout=said, stderr=refused)
    assert "original is missing" in refused.getvalue()
    assert not Run.objects.exists()


def test_a_video_whose_original_alone_is_lost_plays(kept: Video) -> None:
    originals().delete_key(Source.objects.get().key)
    assert _counts("--repair") == ({"missing": 1}, {"plays": 1})


def test_other_sizes_and_other_bytes_are_told(kept: Video, owner: User) -> None:
    other = keep_video(owner)
    first, second, *_ = Chunk.objects.order_by("pk")
    outputs().put_bytes(first.key, b"short", content_type="video/mp4")
    outputs().put_bytes(second.key, b"x" * second.bytes, content_type="video/mp4")
    assert other.source is not None
    originals().put_bytes(other.source.key, b"y" * other.source.size, content_type="x/y")
    assert _counts() == ({"size": 1}, {"again": 1})
    assert _counts("--deep", "--repair") == ({"size": 1, "hash": 2}, {"again": 1, "plays": 1})
    assert faulty() == {first.key: "size", second.key: "hash", other.source.key: "hash"}
    _fsck("--repair")
    assert faulty()[second.key] == "hash", "only a deep look can tell that it is right again"


def test_what_only_a_column_names_counts(kept: Video) -> None:
    StoredObject.objects.all().delete()
    assert _fsck() == (0, "Rows and objects agree.\n")
    outputs().delete_key(Chunk.objects.order_by("pk")[0].key)
    assert _counts("--repair") == ({"missing": 1}, {"again": 1})
    assert len(faulty()) == 1


def test_what_nobody_needs_is_no_fault(kept: Video) -> None:
    other = keep_video(kept.owner)
    release = other.release_id
    Video.objects.filter(pk=other.pk).update(
        status="failed", error_code="x", release=None, playable=False
    )
    outputs().delete_key(Chunk.objects.filter(rendition__release=release)[0].key)
    assert _counts("--repair")[0] == {"unused": 1}
    assert faulty() == {}


@pytest.mark.parametrize("where", ["disk", "moto_server", "rclone_s3"])
def test_what_is_nobodys_is_put_aside_and_can_be_put_back(
    where: str,
    request: pytest.FixtureRequest,
    settings: Any,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if where != "disk":
        in_bucket(settings, request.getfixturevalue(where))
        assert installation.may_delete()
    keep_video(owner)
    lost = orphans(7)
    originals().put_bytes(original := keys.new_original(), b"lost", content_type="x/y")
    outputs().put_bytes("releases/notes/mine.txt", b"mine", content_type="text/plain")
    before = everything()
    assert _counts("--repair")[0] == {"young": 8, "foreign": 1}
    assert everything() == before, "what is young may be just being written"
    monkeypatch.setattr(comparing, "YOUNG", timedelta(seconds=-60))
    assert _counts()[0] == {"orphaned": 8, "foreign": 1}
    assert everything() == before
    _, said = _fsck("--repair")
    assert "8 put into quarantine" in said
    gone = before.keys() - everything().keys()
    assert gone == {f"originals/{original}", *(f"outputs/{key}" for key in lost)}
    assert _counts()[0] == {"foreign": 1, "quarantined": 10}, "the objects and two lists"
    lists = [one.key for one in outputs().list_prefix(keys.QUARANTINE) if "/list-" in one.key]
    told = outputs().read_bytes(lists[0], at_most=100_000).decode().splitlines()
    assert {json.loads(line)["key"] for line in told} == set(lost)
    _, said = _fsck("--restore-quarantine")
    assert "8 restored, 0 left" in said
    assert everything() == before
    assert list(outputs().list_prefix(keys.QUARANTINE)) == []


def test_the_quarantine_is_left_alone_by_all_others(
    kept: Video, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from videos.objects import unknown

    orphans(2)
    make_old(settings)
    _fsck("--repair")
    Installation.objects.update(adopted_at=timezone.now() - timedelta(days=30))
    search = unknown.Search()
    assert search.step(search._began + 3601) == 0
    assert unknown.counted() == unknown.Count(0, 0)
    assert len(list(outputs().list_prefix(keys.QUARANTINE))) == 3


def test_a_key_that_is_taken_again_is_not_overwritten(kept: Video, settings: Any) -> None:
    (lost,) = orphans(1)
    make_old(settings)
    _fsck("--repair")
    outputs().put_bytes(lost, b"another", content_type="video/mp4")
    _, said = _fsck("--restore-quarantine")
    assert "0 restored, 1 left" in said
    assert outputs().read_bytes(lost, at_most=100) == b"another"


def test_a_quarantine_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(CommandError, match="There is none"):
        _fsck("--restore-quarantine", "20260101T000000Z-abcd")


def test_living_uploads_and_runs_are_respected(owner: User, kept: Video, settings: Any) -> None:
    video = Video.objects.create(owner=owner, status=Video.Status.UPLOADING)
    key = keys.new_original()
    originals().put_bytes(key, b"arriving", content_type="x/y")
    Upload.objects.create(
        owner=owner, video=video, key=key, filename="a", expires_at=timezone.now()
    )
    run = Run.objects.create(
        pk=uuid4(),
        video=kept,
        kind="reprocess",
        profile={},
        release=Release.objects.create(pk=uuid4()),
    )
    assert run.release_id is not None
    attempt = keys.attempt_prefix(run.release_id, uuid4())
    outputs().put_bytes(keys.chunk(attempt, "180p", 1), b"x", content_type="video/mp4")
    make_old(settings)
    before = everything()
    assert _counts("--repair")[0] == {"young": 1}
    assert everything() == before


def test_what_is_deleted_meanwhile_is_not_missing(
    kept: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_stock = comparing.take_stock

    def then_purge(spool: Any) -> None:
        take_stock(spool)
        from videos import objects, purge

        purge.purge(kept)
        objects.delete_marked()

    chunk = Chunk.objects.order_by("pk")[0]
    outputs().delete_key(chunk.key)
    monkeypatch.setattr(comparing, "take_stock", then_purge)
    assert _fsck()[0] == 0


def test_what_is_stored_meanwhile_is_not_missing(
    kept: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunk = Chunk.objects.order_by("pk")[0]
    data = outputs().read_bytes(chunk.key, at_most=10_000)
    outputs().delete_key(chunk.key)
    take_stock = comparing.take_stock

    def then_store(spool: Any) -> None:
        take_stock(spool)
        outputs().put_bytes(chunk.key, data, content_type="video/mp4")

    monkeypatch.setattr(comparing, "take_stock", then_store)
    assert _fsck()[0] == 0


def test_another_database_is_refused(kept: Video) -> None:
    Installation.objects.update(name=uuid4())
    for options in ((), ("--repair",), ("--restore-quarantine",)):
        with pytest.raises(CommandError, match=r"another installation.*adopt_storage"):
            _fsck(*options)


def test_what_dead_processes_left_on_this_machine_is_told(kept: Video, settings: Any) -> None:
    folder = Path(settings.WORK_DIR) / str(uuid4())
    folder.mkdir(parents=True)
    assert _fsck()[0] == 0
    then = time.time() - 2 * 86_400
    os.utime(folder, (then, then))
    assert _counts()[0] == {"temporary": 1}


def test_uploads_in_parts_that_were_left_are_told(
    owner: User, settings: Any, moto_server: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_bucket(settings, moto_server)
    assert installation.may_delete()
    keep_video(owner)
    location = settings.STORAGES["outputs"]["OPTIONS"]["location"]
    moto_server.client().create_multipart_upload(Bucket=moto_server.bucket, Key=f"{location}/big")
    # The stand-in dates them all to 2010.
    assert _counts()[0] == {"multipart": 1}
    monkeypatch.setattr(comparing, "YOUNG", timedelta(days=99 * 365))
    assert _fsck()[0] == 0


def test_a_disk_is_listed_in_the_order_of_the_keys(tmp_path: Path) -> None:
    storage = DiskStorage(location=tmp_path)
    names = ["a", "a-b", "a.c/x", "a/b", "a/c/d", "a/c.d", "a0", "b/1", "b-1/x", "é/x", "z"]
    names = [name for name in names if name != "a"]
    for name in names:
        storage.put_bytes(name, b"x", content_type="x/y")
    assert [one.key for one in storage.list_prefix("")] == sorted(names, key=str.encode)


@pytest.mark.parametrize("where", ["disk", "moto_server", "rclone_s3"])
def test_an_object_gets_another_key(
    where: str, request: pytest.FixtureRequest, settings: Any, tmp_path: Path
) -> None:
    if where != "disk":
        in_bucket(settings, request.getfixturevalue(where))
    storage = outputs()
    storage.put_bytes("a/b", b"data", content_type="video/mp4")
    storage.move_key("a/b", "c/d/e")
    assert [one.key for one in storage.list_prefix("") if len(one.key) < 9] == ["c/d/e"]
    assert b"".join(storage.blocks("c/d/e")) == b"data"
    with pytest.raises(ObjectMissing):
        storage.move_key("a/b", "x")
    with pytest.raises(ObjectMissing):
        list(storage.blocks("a/b"))
