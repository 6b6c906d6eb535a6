"""Disk and two S3 servers do the same: one believes everybody, one checks signatures."""

import time
from pathlib import Path

import pytest
import requests
from django.core.exceptions import SuspiciousFileOperation

from tests.servers.s3 import S3
from videos.storage import MediaStorage, ObjectMissing, StorageUnavailable
from videos.storage.disk import DiskStorage
from videos.storage.s3 import BucketStorage


def _bucket(s3: S3, **other: str) -> BucketStorage:
    environment = s3.environment
    options = {
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


def test_a_prefix_is_listed_and_deleted_and_no_other(storage: MediaStorage, file: Path) -> None:
    for key in ("p/1.mp4", "p/q/2.mp4", "pp/3.mp4"):
        storage.put_file(key, file, content_type="video/mp4")
    assert {stored.key for stored in storage.list_prefix("p/")} == {"p/1.mp4", "p/q/2.mp4"}
    assert storage.delete_prefix("p/") == 2
    assert storage.delete_prefix("p/") == 0
    assert [stored.key for stored in storage.list_prefix("pp/")] == ["pp/3.mp4"]
    storage.delete_key("pp/3.mp4")
    storage.delete_key("pp/3.mp4")


def test_a_signed_address_serves_ranges(moto_server: S3, file: Path) -> None:
    storage = _bucket(moto_server)
    storage.put_file("r.mp4", file, content_type="video/mp4")
    url = storage.signed_url("r.mp4", until=int(time.time()) + 60)
    answer = requests.get(url, headers={"Range": "bytes=256-511"}, timeout=10)
    assert (answer.status_code, answer.content) == (206, bytes(range(256)))
    assert answer.headers["Content-Type"] == "video/mp4"


def test_a_forged_or_bare_address_is_refused(rclone_s3: S3, file: Path) -> None:
    storage = _bucket(rclone_s3)
    storage.put_file("s.mp4", file, content_type="video/mp4")
    url = storage.signed_url("s.mp4", until=int(time.time()) + 60)
    assert requests.get(url, timeout=10).content == file.read_bytes()
    assert requests.get(url.split("?")[0], timeout=10).status_code in (400, 403)
    forged = url[:-4] + ("0000" if not url.endswith("0000") else "1111")
    assert requests.get(forged, timeout=10).status_code in (400, 403)


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
