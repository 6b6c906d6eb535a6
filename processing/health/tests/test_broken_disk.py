"""What is wrong with folders and disks is told in its own sentence, by real folders."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.utils import override_settings

from processing.health import disk
from processing.health.bucket import rights
from processing.health.bucket.browsers import bucket_for_browsers
from processing.health.catalogue import disk as kinds
from videos.models import StoredObject
from videos.storage import outputs
from videos.storage.disk import DiskStorage

HUGE = 2**60


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """All folders of an installation, below one."""

    def stored(name: str) -> dict[str, Any]:
        location = tmp_path / "media" / name
        return {"BACKEND": "videos.storage.disk.DiskStorage", "OPTIONS": {"location": location}}

    given = {
        "DATA_DIR": tmp_path,
        "UPLOAD_DIR": tmp_path / "uploads",
        "WORK_DIR": tmp_path / "work",
    }
    both = {name: stored(name) for name in ("originals", "outputs")}
    with override_settings(**given, STORAGES={**settings.STORAGES, **both}):
        yield tmp_path


def test_folders_that_are_well_are_told_so_and_left_empty(folders: Path) -> None:
    assert [finding.ok for finding in disk.disk()] == [True]
    assert [path for path in folders.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_made(folders: Path) -> None:
    (folders / "work").write_text("A file stands in its place.")
    told = disk.disk()
    assert told == [kinds.MISSING.at("Disk", folder=folders / "work", error="File exists")]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_written(
    folders: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse_in(folders / "uploads", number, monkeypatch)
    told = disk.disk()
    error = os.strerror(number)
    assert told == [kinds.NOT_WRITABLE.at("Disk", folder=folders / "uploads", error=error)]


def test_a_disk_that_is_full(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_in(folders / "media/outputs", errno.ENOSPC, monkeypatch)
    [finding] = disk.disk()
    assert finding.code == kinds.FULL.code
    assert str(folders / "media/outputs") in finding.detail


def test_no_folder_for_temporary_files(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(folders / "none")])
    assert disk.disk() == [kinds.NO_TEMPORARY.at("Disk")]


def refuse_in(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a system refuses root nothing, it is pretended."""
    make = tempfile.NamedTemporaryFile

    def refuse(*args: Any, **kwargs: Any) -> Any:
        if Path(kwargs["dir"]) == folder:
            raise OSError(number, os.strerror(number))
        return make(*args, **kwargs)

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)


def test_a_real_disk_that_is_full(folders: Path) -> None:
    mount = folders / "work"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(mount)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes a right that is not here")
    try:
        with (mount / "all").open("wb", buffering=0) as file, pytest.raises(OSError):
            while True:
                file.write(b"x" * 4096)
        codes = {finding.code for finding in disk.disk()}
        assert kinds.FULL.code in codes
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_too_little_room_for_work_and_for_uploads(folders: Path) -> None:
    with override_settings(MIN_FREE_DISK_BYTES=HUGE, MAX_POST_BYTES=HUGE):
        codes = {finding.code for finding in disk.disk()}
    assert codes == {kinds.NO_ROOM_FOR_WORK.code, kinds.TOO_SMALL_FOR_UPLOADS.code}


def test_uploads_that_lie_on_another_disk(folders: Path) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == folders.stat().st_dev:
        pytest.skip("there is no second disk here")
    other = Path(tempfile.mkdtemp(dir=shared))
    try:
        with override_settings(UPLOAD_DIR=other):
            told = disk.disk()
    finally:
        shutil.rmtree(other)
    originals = folders / "media/originals"
    assert kinds.TWO_FILE_SYSTEMS.at("Disk", one=other, other=originals) in told


def test_a_data_folder_of_somebody_else(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    [finding] = disk.disk()
    assert finding.code == kinds.OTHER_USER.code
    assert "the doctor runs as user 12345" in finding.detail


@pytest.fixture
def stored(folders: Path, db: None) -> Path:
    """A file that is listed; where it lies."""
    storage = outputs()
    assert isinstance(storage, DiskStorage)
    storage.put_bytes("some/film.mp4", b"x", content_type="video/mp4")
    StoredObject.objects.create(
        key="some/film.mp4", storage=StoredObject.Storage.OUTPUTS, state=StoredObject.State.STORED
    )
    return folders / "media/outputs/some/film.mp4"


def test_files_that_are_well(stored: Path) -> None:
    assert [finding.ok for finding in disk.stored_files()] == [True]


def test_a_file_that_is_gone(stored: Path) -> None:
    stored.unlink()
    assert disk.stored_files() == [kinds.GONE.at("Stored files", file=stored)]


@pytest.mark.parametrize(
    ("right", "kind"), [(os.R_OK, kinds.UNREADABLE), (os.W_OK | os.X_OK, kinds.UNDELETABLE)]
)
def test_a_file_of_root(
    stored: Path, monkeypatch: pytest.MonkeyPatch, right: int, kind: Any
) -> None:
    monkeypatch.setattr(os, "access", lambda path, asked: asked != right)
    folder = stored.parent if kind is kinds.UNDELETABLE else stored.parents[1]
    assert disk.stored_files() == [kind.at("Stored files", file=stored, folder=folder)]


@pytest.fixture
def to_and_from(folders: Path) -> Callable[[bool], Any]:
    """The storages while they are moved: from a bucket that does not answer, or to it."""
    options = {"bucket_name": "films", "endpoint_url": "http://127.0.0.1:9", "access_key": "k"}
    options |= {"secret_key": "s", "region_name": "us-east-1"}
    bucket = {"BACKEND": "videos.storage.s3.BucketStorage", "OPTIONS": options}

    def moved(to_disk: bool) -> Any:
        def both(name: str) -> dict[str, Any]:
            pair = [settings.STORAGES[name], bucket][:: 1 if to_disk else -1]
            places = dict(zip(("new", "old"), pair, strict=True))
            return {"BACKEND": "videos.storage.moving.MovingStorage", "OPTIONS": places}

        names = ("originals", "outputs")
        return override_settings(STORAGES=settings.STORAGES | {name: both(name) for name in names})

    return moved


def test_a_disk_is_looked_at_while_a_storage_is_moved_to_it(
    stored: Path, to_and_from: Callable[[bool], Any]
) -> None:
    with to_and_from(True):
        assert {finding.ok for finding in disk.disk() + disk.stored_files()} == {True}
        stored.unlink()
        assert {finding.ok for finding in disk.stored_files()} == {True}, "it is not here yet"


def test_a_bucket_is_looked_at_while_a_storage_is_moved_to_it(
    stored: Path, to_and_from: Callable[[bool], Any]
) -> None:
    with to_and_from(False):
        assert disk.stored_files() == []
        found = [*rights.original_objects(), *rights.output_objects(), *bucket_for_browsers()]
    assert [finding.code for finding in found][:2] == ["s3_refused", "s3_refused"]
    assert len(found) > 2
