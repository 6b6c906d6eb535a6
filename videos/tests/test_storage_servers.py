"""What the product does with a storage, through each server that was tried: SeaweedFS by path and
by name, moto, rclone, and the disk. What a server does otherwise stands here too."""

from __future__ import annotations

import gc
import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings

from processing.health import bucket as bucket_checks
from tests.documented import documented
from tests.servers.s3 import S3
from tests.servers.seaweedfs import SEAWEEDFS_DOMAIN
from videos import installation, keys, objects
from videos.models import StoredObject
from videos.storage import MediaStorage, ObjectMissing, originals, outputs
from videos.storage.s3 import BucketStorage
from videos.storage.stopping import TransferStopped, stop_when

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]

MIB = 1024**2
_PART = 16 * MIB
_MANY = 1005
SERVERS = ("disk", "seaweedfs", "seaweedfs-by-name", "moto_server", "rclone_s3")
BUCKETS = SERVERS[1:]
_ODD_KEYS = (
    "plain.mp4", "with space.mp4", "plus+and%percent.mp4", "a&b=c;d,e.mp4", "q?u#e.mp4",
    "quote'\"s.mp4", "(round) [square] {curly}.mp4", "tilde~star*bang!.mp4", "at@dollar$colon:.mp4",
    "ünïcödé.mp4", "日本語/映像.mp4",
    "emoji 👩‍👩‍👧.mp4", "decomposed e\u0301.mp4", "a/b/c/d/e/f.mp4",
    "UPPER.MP4", "upper.mp4",
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """Both storages in one server, below a prefix of their own."""

    server: str
    s3: S3 | None
    prefix: str

    @property
    def outputs(self) -> MediaStorage:
        return outputs()

    def uploads_in_parts(self) -> list[str]:
        """Those that were begun and neither finished nor aborted."""
        assert self.s3 is not None
        told = self.s3.client().list_multipart_uploads(Bucket=self.s3.bucket)
        return [one["Key"] for one in told.get("Uploads", []) if one["Key"].startswith(self.prefix)]


@pytest.fixture
def make(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Stored]]:
    """Lets the product store in one of the servers."""
    with ExitStack() as cleanup:

        def make_in(server: str) -> Stored:
            if server == "disk":
                s3, options = None, {}
            else:
                s3 = request.getfixturevalue(server.removesuffix("-by-name"))
                options = _options(s3, by_name=server.endswith("-by-name"))
            if server.endswith("-by-name"):
                _resolve(monkeypatch)
            prefix = uuid4().hex
            both = {
                name: _storage(name, prefix, tmp_path, options) for name in ("originals", "outputs")
            }
            cleanup.enter_context(override_settings(STORAGES={**settings.STORAGES, **both}))
            return Stored(server, s3, prefix)

        yield make_in


@pytest.fixture(params=SERVERS)
def stored(request: pytest.FixtureRequest, make: Callable[[str], Stored]) -> Stored:
    return make(request.param)


@pytest.fixture(params=BUCKETS)
def bucket(request: pytest.FixtureRequest, make: Callable[[str], Stored]) -> Stored:
    return make(request.param)


def _options(s3: S3, *, by_name: bool) -> dict[str, Any]:
    port = s3.endpoint_url.rpartition(":")[2]
    return {
        "bucket_name": s3.bucket,
        "endpoint_url": f"http://{SEAWEEDFS_DOMAIN}:{port}" if by_name else s3.endpoint_url,
        "region_name": "us-east-1",
        "access_key": s3.keys.id,
        "secret_key": s3.keys.secret,
        "addressing_style": "virtual" if by_name else "path",
    }


def _storage(name: str, prefix: str, folder: Path, options: dict[str, Any]) -> dict[str, Any]:
    if not options:
        kind = "videos.storage.disk.DiskStorage"
        return {"BACKEND": kind, "OPTIONS": {"location": folder / "media" / name}}
    given = {**options, "location": f"{prefix}/{name}"}
    return {"BACKEND": "videos.storage.s3.BucketStorage", "OPTIONS": given}


def _resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names below the domain are this machine."""
    look_up = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        mine = isinstance(host, str) and host.endswith(SEAWEEDFS_DOMAIN)
        return look_up("127.0.0.1" if mine else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def _file(path: Path, size: int) -> Path:
    block = bytes(range(256)) * 4096
    with path.open("wb") as file:
        for number in range(0, size, len(block)):
            file.write(
                bytes([number // len(block) % 256]) + block[1 : min(len(block), size - number)]
            )
    return path


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _url(storage: MediaStorage, key: str, *, seconds: int = 60) -> str:
    url = storage.signed_url(key, until=int(time.time()) + seconds)
    assert url is not None
    return url


@pytest.mark.parametrize("size", [0, 1, 7 * MIB, _PART, 2 * _PART + 12345])
def test_files_of_any_size_come_back_whole(stored: Stored, tmp_path: Path, size: int) -> None:
    file = _file(tmp_path / "sent", size)
    stored.outputs.put_file("f/file.mp4", file, content_type="video/mp4")
    assert stored.outputs.object_size("f/file.mp4") == size
    stored.outputs.fetch("f/file.mp4", tmp_path / "back")
    assert _sum(tmp_path / "back") == _sum(file)
    stored.outputs.put_bytes("f/file.mp4", b"shorter", content_type="video/mp4")
    assert stored.outputs.read_bytes("f/file.mp4", at_most=100) == b"shorter"


def test_presigned_addresses_give_parts_and_types(bucket: Stored, tmp_path: Path) -> None:
    file = _file(tmp_path / "sent", _PART + 2 * MIB)
    data = file.read_bytes()
    bucket.outputs.put_file("p/film.mp4", file, content_type="video/mp4")
    url = _url(bucket.outputs, "p/film.mp4")
    for first, last in (
        (0, 0),
        (5, 1000),
        (_PART - 10, _PART + 10),
        (len(data) - 5, len(data) - 1),
    ):
        answer = requests.get(url, headers={"Range": f"bytes={first}-{last}"}, timeout=30)
        assert answer.content == data[first : last + 1]
        # rclone forgets to say that it is a part.
        assert answer.status_code == (200 if bucket.server == "rclone_s3" else 206)
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"
        assert answer.headers["Content-Type"] == "video/mp4"
    rest = requests.get(url, headers={"Range": f"bytes={len(data) - 3}-"}, timeout=30)
    assert rest.content == data[-3:]
    beyond = requests.get(url, headers={"Range": f"bytes={len(data) + 5}-"}, timeout=30)
    assert beyond.status_code == 416
    assert requests.get(url, timeout=30).content == data
    for kind, name in (("image/jpeg", "poster.jpg"), ("text/vtt", "words.vtt")):
        bucket.outputs.put_bytes(f"p/{name}", b"x", content_type=kind)
        told = requests.get(_url(bucket.outputs, f"p/{name}"), timeout=30).headers
        assert told["Content-Type"].partition(";")[0] == kind


def test_only_who_has_the_signature_gets_it(bucket: Stored) -> None:
    bucket.outputs.put_bytes("s/film.mp4", b"x", content_type="video/mp4")
    url = _url(bucket.outputs, "s/film.mp4")
    forged = url[:-4] + ("0000" if not url.endswith("0000") else "1111")
    refused = [
        requests.get(one, timeout=30).status_code in (400, 403)
        for one in (forged, url.split("?")[0])
    ]
    # moto believes every signature.
    assert refused == [bucket.server != "moto_server", True]


def test_odd_keys_are_kept_apart_listed_and_reached(stored: Stored) -> None:
    names = [f"odd/{name}" for name in _ODD_KEYS]
    for name in names:
        stored.outputs.put_bytes(name, name.encode(), content_type="video/mp4")
    assert {one.key for one in stored.outputs.list_prefix("odd/")} == set(names)
    for name in names:
        assert stored.outputs.read_bytes(name, at_most=500) == name.encode()
        if stored.s3 is not None:
            assert requests.get(_url(stored.outputs, name), timeout=30).content == name.encode()
    assert stored.outputs.delete_keys(names) == []
    assert list(stored.outputs.list_prefix("odd/")) == []


def test_more_than_a_page_is_listed_and_deleted(stored: Stored) -> None:
    names = [f"many/{number % 7}/{number:05d}.mp4" for number in range(_MANY)]

    def put(name: str) -> None:
        stored.outputs.put_bytes(name, b"x", content_type="video/mp4")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, names))
    listed = [one.key for one in stored.outputs.list_prefix("many/")]
    assert sorted(listed) == sorted(names)
    assert listed == sorted(listed)
    middle = listed[_MANY // 2]
    rest = [one.key for one in stored.outputs.list_prefix("many/", after=middle)]
    assert rest == listed[_MANY // 2 + 1 :]
    assert sorted(stored.outputs.folders("many/")) == [str(number) for number in range(7)]
    assert stored.outputs.delete_keys([*names, "many/never.mp4"]) == []
    assert list(stored.outputs.list_prefix("many/")) == []


def test_what_is_missing_is_said_to_be(stored: Stored, tmp_path: Path) -> None:
    for call in (
        lambda: stored.outputs.object_size("never/was.mp4"),
        lambda: stored.outputs.read_bytes("never/was.mp4", at_most=5),
        lambda: stored.outputs.fetch("never/was.mp4", tmp_path / "back"),
    ):
        with pytest.raises(ObjectMissing):
            call()
    stored.outputs.delete_key("never/was.mp4")
    if stored.s3 is not None:
        assert requests.get(_url(stored.outputs, "never/was.mp4"), timeout=30).status_code == 404


# The SDK leaves the file that it read to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_transfer_that_is_stopped_leaves_no_parts(bucket: Stored, tmp_path: Path) -> None:
    file = _file(tmp_path / "sent", 3 * _PART)
    seen: list[int] = []

    def stop() -> bool:
        seen.append(1)
        return len(seen) > 20

    with stop_when(stop), pytest.raises(TransferStopped):
        bucket.outputs.put_file("stopped/film.mp4", file, content_type="video/mp4")
    with pytest.raises(ObjectMissing):
        bucket.outputs.object_size("stopped/film.mp4")
    gc.collect()
    if bucket.server != "rclone_s3":  # which does not list them
        assert bucket.uploads_in_parts() == []


@pytest.mark.django_db
def test_it_knows_whose_it_is_and_what_nobody_names(stored: Stored) -> None:
    assert installation.may_delete()
    ok, sentence = installation.status()
    assert ok, sentence
    orphan = f"{keys.RELEASES}{uuid4()}/{uuid4()}/video/00001.mp4"
    stored.outputs.put_bytes(orphan, b"x", content_type="video/mp4")
    originals().put_bytes("note.txt", b"theirs", content_type="text/plain")
    call_command("sweep_storage", "--dry-run")
    found = {
        name: {one.key for one in objects.unknown.every(name)} for name in StoredObject.Storage
    }
    assert found == {"outputs": {orphan}, "originals": {"note.txt"}}
    objects.mark_found(
        StoredObject.Storage.OUTPUTS, list(objects.unknown.every(StoredObject.Storage.OUTPUTS))
    )
    objects.delete_marked()
    with pytest.raises(ObjectMissing):
        stored.outputs.object_size(orphan)
    assert originals().read_bytes("note.txt", at_most=10) == b"theirs"


# What the doctor says of a server that is well and has no rule of its own for other origins.
_TOLD = {
    "seaweedfs": {"s3_cors_hides_headers"},
    "seaweedfs-by-name": {"s3_cors_hides_headers"},
    "moto_server": {"s3_cors_hides_headers", "s3_cors_without_uploads"},
    "rclone_s3": {
        "s3_cors_without_range",
        "s3_cors_hides_headers",
        "s3_cors_without_uploads",
        "s3_public_without_range",
    },
}


def test_the_doctor_finds_it_well_and_leaves_nothing(bucket: Stored) -> None:
    assert isinstance(bucket.outputs, BucketStorage)
    found = [*bucket_checks.original_objects(), *bucket_checks.output_objects()]
    assert [one.code for one in found if not one.ok] == []
    with override_settings(CSRF_TRUSTED_ORIGINS=["http://films:8000"]):
        browsers = bucket_checks.bucket_for_browsers()
    assert {one.code for one in browsers if not one.ok} == _TOLD[bucket.server]
    assert list(bucket.outputs.list_prefix("")) == []


def test_the_rule_of_the_docs_lets_pages_play(
    make: Callable[[str], Stored], request: pytest.FixtureRequest, seaweedfs: S3
) -> None:
    make("seaweedfs")
    [rule] = documented("CORSRules")
    rule["CORSRules"][0]["AllowedOrigins"] = ["http://films:8000"]
    client = seaweedfs.client()
    client.put_bucket_cors(Bucket=seaweedfs.bucket, CORSConfiguration=rule)
    request.addfinalizer(lambda: client.delete_bucket_cors(Bucket=seaweedfs.bucket))
    with override_settings(CSRF_TRUSTED_ORIGINS=["http://films:8000"]):
        assert [one.code for one in bucket_checks.bucket_for_browsers() if not one.ok] == []
    with override_settings(CSRF_TRUSTED_ORIGINS=["http://elsewhere:8000"]):
        codes = [one.code for one in bucket_checks.bucket_for_browsers() if not one.ok]
    assert codes == ["s3_cors_missing"]


def test_the_lifecycle_of_the_docs_is_taken(seaweedfs: S3) -> None:
    [rule] = documented("Rules")
    client = seaweedfs.client()
    client.put_bucket_lifecycle_configuration(Bucket=seaweedfs.bucket, LifecycleConfiguration=rule)
    client.delete_bucket_lifecycle(Bucket=seaweedfs.bucket)
