"""Objects of buckets that the operator imports."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody
from urllib3.exceptions import ProtocolError

from accounts.models import User
from tests.killed import killed_at
from tests.servers.s3 import BUCKET, S3
from videos.management.importing import buckets
from videos.models import Image, Source, Upload, Video
from videos.storage import originals
from videos.tests.kept import in_bucket
from videos.tests.test_import_file import fails, picture, run

FROM = f"s3://{BUCKET}"


@pytest.fixture(autouse=True)
def _no_file_stays(settings: Any) -> Iterator[None]:
    yield
    assert [one for one in Path(settings.UPLOAD_DIR).iterdir() if one.name != ".place"] == []


def in_environment(s3: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    """Have the environment name the server and its keys, as it does for other programs."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.keys.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.keys.secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    buckets.forget_clients()
    for one in s3.client().list_objects_v2(Bucket=s3.bucket).get("Contents", []):
        s3.client().delete_object(Bucket=s3.bucket, Key=one["Key"])
    return s3


@pytest.fixture(params=["moto_server", "rclone_s3"])
def s3(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """Another bucket, to which the environment has keys."""
    yield in_environment(request.getfixturevalue(request.param), monkeypatch)
    buckets.forget_clients()


@pytest.fixture
def moto(moto_server: S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """The same, for what needs no second server."""
    yield in_environment(moto_server, monkeypatch)
    buckets.forget_clients()


def put(s3: S3, key: str, data: bytes) -> None:
    """Store an object."""
    s3.client().put_object(Bucket=s3.bucket, Key=key, Body=data)


def test_an_object_is_imported_with_its_hash(owner: User, s3: S3, clip: Path) -> None:
    put(s3, "in/Über uns.mp4", clip.read_bytes())
    run(owner, f"{FROM}/in/Über uns.mp4", "--title", "T")
    source = Source.objects.get()
    assert source.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert (source.filename, source.origin) == ("Über uns.mp4", "command")
    assert source.origin_url == f"{FROM}/in/Über uns.mp4"
    assert originals().read_bytes(source.key, at_most=10**9) == clip.read_bytes()
    assert Video.objects.get().title == "T"


def test_a_prefix_is_imported_as_a_folder_is(
    owner: User, s3: S3, clip: Path, tmp_path: Path
) -> None:
    put(s3, "in/a.mp4", clip.read_bytes())
    put(s3, "in/deep/b.mp4", clip.read_bytes() + b"b")
    put(s3, "in/deep/sea.jpg", picture(tmp_path / "sea.jpg").read_bytes())
    put(s3, "in/.hidden/c.mp4", clip.read_bytes() + b"c")
    put(s3, "in/notes.txt", b"text")
    put(s3, "other/d.mp4", clip.read_bytes() + b"d")
    out, err = run(owner, f"{FROM}/in/")
    assert len(out.split()) == 3
    assert "/in/.hidden/c.mp4 is in a hidden folder; passed over" in err
    assert err.splitlines()[-1] == "Imported 3, already there 0, passed over 2, failed 0."
    assert (Video.objects.count(), Image.objects.get().title) == (2, "sea")
    assert "Imported 0, already there 3" in run(owner, f"{FROM}/in/")[1]


@pytest.mark.django_db(transaction=True)
def test_a_kill_leaves_no_file(owner: User, moto: S3, clip: Path) -> None:
    put(moto, "in/a.mp4", clip.read_bytes())
    killed_at("videos.ingest.services.begin_file", lambda: run(owner, f"{FROM}/in/"))
    assert not Video.objects.exists()


def test_an_object_that_was_replaced_is_another_one(owner: User, moto: S3, clip: Path) -> None:
    put(moto, "in/a.mp4", clip.read_bytes())
    run(owner, f"{FROM}/in/")
    put(moto, "in/a.mp4", clip.read_bytes() + b"x")
    assert "Imported 1" in run(owner, f"{FROM}/in/")[1]


def test_a_dry_run_fetches_nothing(
    owner: User, moto: S3, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(moto, "in/a.mp4", clip.read_bytes())
    put(moto, "in/b.mp4", b"")
    monkeypatch.setattr(buckets, "read", None)
    told = fails(owner, f"{FROM}/in/", f"{FROM}/in/none.mp4", "--dry-run")
    assert "in/a.mp4 would be imported" in told
    assert "in/b.mp4: file_empty" in told
    assert "in/none.mp4: fetch_not_found" in told
    assert not Upload.objects.exists()


def test_the_rest_is_asked_for_after_a_break(
    owner: User, moto: S3, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(moto, "a.mp4", clip.read_bytes())
    read, reads = StreamingBody.read, iter(range(1000))

    def breaks(body: StreamingBody, amt: int) -> bytes:
        if next(reads) % 2:
            raise ProtocolError("reset")
        return read(body, 10_000 if amt > 10_000 else amt)

    monkeypatch.setattr(StreamingBody, "read", breaks)
    run(owner, f"{FROM}/a.mp4")
    assert Source.objects.get().sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()


def test_a_bucket_that_sends_nothing_more_is_given_up(
    owner: User, moto: S3, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(moto, "a.mp4", clip.read_bytes())
    monkeypatch.setattr(StreamingBody, "read", lambda *_: b"")
    assert "fetch_broken_off" in fails(owner, f"{FROM}/a.mp4")
    assert not Video.objects.exists()


def test_what_a_bucket_refuses_has_its_code(
    owner: User, rclone_s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_environment(rclone_s3, monkeypatch)
    assert "fetch_not_found" in fails(owner, f"{FROM}/none.mp4")
    assert "fetch_not_found" in fails(owner, "s3://no-such-bucket/in/")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    buckets.forget_clients()
    assert "fetch_refused" in fails(owner, f"{FROM}/none.mp4")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    buckets.forget_clients()
    assert "fetch_unreachable" in fails(owner, f"{FROM}/none.mp4")


def test_the_site_s_own_bucket_is_read_with_its_own_keys(
    owner: User, rclone_s3: S3, clip: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    in_bucket(settings, rclone_s3)
    put(rclone_s3, "in/a.mp4", clip.read_bytes())
    assert len(run(owner, f"{FROM}/in/")[0].split()) == 1
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "others")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "others")
    put(rclone_s3, "in/b.mp4", clip.read_bytes() + b"b")
    assert len(run(owner, f"{FROM}/in/")[0].split()) == 1


def test_a_large_object_takes_no_memory(owner: User, moto: S3) -> None:
    put(moto, "a.mp4", bytes(20 * 1024**2))
    found = buckets.named(BUCKET, "a.mp4")
    with Path("/dev/null").open("wb") as nowhere:
        tracemalloc.start()
        try:
            buckets.read(found, nowhere, lambda _: None)
            assert tracemalloc.get_traced_memory()[1] < 8 * 1024**2
        finally:
            tracemalloc.stop()
