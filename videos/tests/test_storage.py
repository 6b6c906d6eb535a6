"""Disk and two S3 servers do the same: one believes everybody, one checks signatures."""

import errno
import os
import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest
import requests
from django.core.exceptions import SuspiciousFileOperation

from tests.servers.s3 import S3
from videos.storage import MediaStorage, ObjectMissing, StorageFull, StorageUnavailable
from videos.storage.disk import DiskStorage
from videos.storage.s3 import BucketStorage


def _bucket(s3: S3, **other: str) -> BucketStorage:
    environment = s3.environment
    options: dict[str, Any] = {
        "bucket_name": environment["S3_BUCKET"],
        "location": "outputs",
        "endpoint_url": environment["S3_ENDPOINT_URL"],
        "region_name": environment.get("S3_REGION", "us-east-1"),
        "access_key": environment["S3_ACCESS_KEY_ID"],
        "secret_key": environment["S3_SECRET_ACCESS_KEY"],
    }
    return BucketStorage(**(options | other))


@pytest.fixture(params=["disk", "moto_server", "rclone_s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStorage:
    """Each of the storages."""
    if request.param == "disk":
        return DiskStorage(location=tmp_path / "store")
    return _bucket(request.getfixturevalue(request.param))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three megabytes to store."""
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 4096 * 3)
    return path


def test_what_was_put_comes_back(storage: MediaStorage, file: Path, tmp_path: Path) -> None:
    storage.put_file("a/b/c.mp4", file, content_type="video/mp4")
    storage.fetch("a/b/c.mp4", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert storage.object_size("a/b/c.mp4") == file.stat().st_size
    assert file.exists()


def test_taking_a_file_consumes_it(storage: MediaStorage, file: Path) -> None:
    size = file.stat().st_size
    storage.take_file("taken.mp4", file, content_type="video/mp4")
    assert not file.exists()
    assert storage.object_size("taken.mp4") == size


def test_folders_are_named_once_each(storage: MediaStorage, file: Path) -> None:
    for key in ("r/one/x/1", "r/one/2", "r/two/3", "r/plain", "other/4"):
        storage.put_file(key, file, content_type="video/mp4")
    assert sorted(storage.folders("r/")) == ["one", "two"]
    assert list(storage.folders("nothing/")) == []


def test_what_is_not_there_is_said_to_be_missing(storage: MediaStorage, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        storage.object_size("never/was.mp4")
    with pytest.raises(ObjectMissing):
        storage.fetch("never/was.mp4", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_prefix_is_listed_with_ages_and_no_other(storage: MediaStorage, file: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    for key in ("p/1.mp4", "p/q/2.mp4", "pp/3.mp4"):
        storage.put_file(key, file, content_type="video/mp4")
    listed = list(storage.list_prefix("p/"))
    assert {stored.key for stored in listed} == {"p/1.mp4", "p/q/2.mp4"}
    for stored in listed:
        assert stored.size == file.stat().st_size
        assert before <= stored.modified <= datetime.now(UTC) + timedelta(seconds=2)
    assert list(storage.list_prefix("nothing/")) == []


def test_a_listing_goes_on_after_any_key_it_gave(storage: MediaStorage, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    names = ("a", "a-b", "a/b", "a/c/d", "a/c.d", "b/1/2", "b/10", "b-1/x")
    wanted = {f"l/{name}" for name in names if name != "a"}
    for key in wanted:
        storage.put_file(key, tmp_path / "small", content_type="text/plain")
    keys = [stored.key for stored in storage.list_prefix("l/")]
    assert set(keys) == wanted
    assert len(keys) == len(wanted)
    for number, key in enumerate(keys):
        rest = [stored.key for stored in storage.list_prefix("l/", after=key)]
        assert rest == keys[number + 1 :]


def test_keys_are_deleted_together_and_what_is_not_there_is_fine(
    storage: MediaStorage, tmp_path: Path
) -> None:
    (tmp_path / "small").write_bytes(b"x")
    for key in ("d/1/a", "d/1/b", "d/2/c"):
        storage.put_file(key, tmp_path / "small", content_type="text/plain")
    assert storage.delete_keys(["d/1/a", "d/2/c", "d/never/was", "d/1/a/below"]) == []
    assert [stored.key for stored in storage.list_prefix("d/")] == ["d/1/b"]
    assert list(storage.folders("d/")) == ["1"]
    storage.delete_key("d/1/b")
    storage.delete_key("d/1/b")
    assert list(storage.list_prefix("d/")) == []


def test_a_part_is_read_and_nothing_else(storage: MediaStorage, file: Path) -> None:
    storage.put_file("a/b/c.mp4", file, content_type="video/mp4")
    whole = file.read_bytes()
    assert storage.read_part("a/b/c.mp4", first=0, size=10) == whole[:10]
    assert storage.read_part("a/b/c.mp4", first=700, size=2000) == whole[700:2700]
    assert storage.read_part("a/b/c.mp4", first=len(whole) - 5, size=100) == whole[-5:]
    with pytest.raises(ObjectMissing):
        storage.read_part("a/b/none.mp4", first=0, size=10)


def test_a_few_bytes_are_written_read_and_replaced(storage: MediaStorage) -> None:
    for data in (b"first", b"second"):
        storage.put_bytes("b/note.json", data, content_type="application/json")
        assert storage.read_bytes("b/note.json", at_most=100) == data
    assert storage.read_bytes("b/note.json", at_most=3) == b"sec"
    with pytest.raises(ObjectMissing):
        storage.read_bytes("b/none", at_most=3)


def test_an_object_that_cannot_be_deleted_keeps_no_other(tmp_path: Path, file: Path) -> None:
    storage = DiskStorage(location=tmp_path / "store")
    storage.put_file("x/b", file, content_type="video/mp4")
    (tmp_path / "store/x/a").mkdir(parents=True)
    (tmp_path / "store/x/a/theirs").touch()
    assert storage.delete_keys(["x/a", "x/b"]) == ["x/a"]
    assert [stored.key for stored in storage.list_prefix("x/")] == ["x/a/theirs"]


def test_a_listing_survives_what_vanishes_under_it(tmp_path: Path) -> None:
    storage = DiskStorage(location=tmp_path)
    for key in ("v/1/a", "v/2/b", "v/3/c"):
        storage.put_bytes(key, b"x", content_type="text/plain")
    listing = storage.list_prefix("v/")
    assert next(listing).key == "v/1/a"
    storage.delete_keys(["v/2/b", "v/3/c"])
    assert list(listing) == []


def test_a_name_that_is_no_text_is_no_key(tmp_path: Path) -> None:
    storage = DiskStorage(location=tmp_path)
    storage.put_bytes("n/a", b"x", content_type="text/plain")
    (tmp_path / "n" / os.fsdecode(b"\xff\xfe.mp4")).touch()
    assert [stored.key for stored in storage.list_prefix("")] == ["n/a"]


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, StorageFull), (errno.EACCES, StorageUnavailable)]
)
def test_what_the_disk_refuses_is_said_in_our_words(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(tmp_path))

    storage = DiskStorage(location=tmp_path / "store")
    storage.put_file("a", file, content_type="video/mp4")
    for name in ("copyfile",):
        monkeypatch.setattr(shutil, name, refuse)
    for name in ("write_bytes", "stat", "is_file", "unlink", "open"):
        monkeypatch.setattr(Path, name, refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    for call in (
        lambda: storage.put_file("b", file, content_type="video/mp4"),
        lambda: storage.put_bytes("b", b"", content_type="video/mp4"),
        lambda: storage.read_bytes("a", at_most=1),
        lambda: storage.fetch("a", tmp_path / "back"),
        lambda: storage.local_path("a"),
        lambda: storage.object_size("a"),
        lambda: list(storage.list_prefix("")),
        lambda: list(storage.folders("")),
        lambda: storage.delete_key("a"),
    ):
        with pytest.raises(kind) as raised:
            call()
        assert str(tmp_path) not in str(raised.value)
    assert storage.delete_keys(["a"]) == ["a"]


def test_a_folder_that_is_pruned_while_it_is_written_to_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, mkdir = DiskStorage(location=tmp_path), Path.mkdir
    pruned: list[Path] = []

    def make_and_lose(path: Path, *args: Any, **kwargs: Any) -> None:
        mkdir(path, *args, **kwargs)
        if not pruned and path.name == "f":
            pruned.append(path)
            path.rmdir()

    monkeypatch.setattr(Path, "mkdir", make_and_lose)
    storage.put_bytes("f/a", b"x", content_type="text/plain")
    assert pruned
    assert storage.read_bytes("f/a", at_most=1) == b"x"


def test_a_signed_address_serves_ranges(moto_server: S3, file: Path) -> None:
    storage = _bucket(moto_server)
    storage.put_file("r.mp4", file, content_type="video/mp4")
    url = storage.signed_url("r.mp4", until=int(time.time()) + 60)
    answer = requests.get(url, headers={"Range": "bytes=256-511"}, timeout=60)
    assert (answer.status_code, answer.content) == (206, bytes(range(256)))
    assert answer.headers["Content-Type"] == "video/mp4"


def test_a_forged_or_bare_address_is_refused(rclone_s3: S3, file: Path) -> None:
    storage = _bucket(rclone_s3)
    storage.put_file("s.mp4", file, content_type="video/mp4")
    url = storage.signed_url("s.mp4", until=int(time.time()) + 60)
    assert requests.get(url, timeout=60).content == file.read_bytes()
    assert requests.get(url.split("?")[0], timeout=60).status_code in (400, 403)
    forged = url[:-4] + ("0000" if not url.endswith("0000") else "1111")
    assert requests.get(forged, timeout=60).status_code in (400, 403)


def test_a_wrong_key_or_a_dead_server_is_unavailable_not_missing(rclone_s3: S3, file: Path) -> None:
    with pytest.raises(StorageUnavailable):
        _bucket(rclone_s3, secret_key="wrong").put_file("x", file, content_type="video/mp4")
    nowhere = _bucket(rclone_s3, endpoint_url="http://127.0.0.1:9")
    with pytest.raises(StorageUnavailable) as raised:
        nowhere.object_size("x")
    assert "127.0.0.1" not in str(raised.value)


def test_a_disk_key_cannot_leave_its_folder(tmp_path: Path, file: Path) -> None:
    storage = DiskStorage(location=tmp_path / "store")
    with pytest.raises(SuspiciousFileOperation):
        storage.put_file("../out", file, content_type="video/mp4")
    assert not (tmp_path / "out").exists()


def _page(environ: object, start: Callable[[str, list[tuple[str, str]]], object]) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/html")])
    return [b"<html><body>Back soon<br></body></html>"]


def test_a_page_in_place_of_a_bucket_is_unavailable() -> None:
    with make_server("127.0.0.1", 0, _page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        bucket = BucketStorage(
            bucket_name="b",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            region_name="us-east-1",
            access_key="a",
            secret_key="b",
        )
        try:
            with pytest.raises(StorageUnavailable):
                list(bucket.list_prefix(""))
            with pytest.raises(StorageUnavailable):
                bucket.delete_keys(["a"])
        finally:
            server.shutdown()
            thread.join()
