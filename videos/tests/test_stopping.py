"""A transfer that nobody waits for any more ends at its next bytes."""

import gc
from pathlib import Path

import pytest

from tests.servers.s3 import S3
from videos.storage import ObjectMissing, StorageUnavailable
from videos.storage.s3 import BucketStorage
from videos.storage.stopping import TransferStopped, stop_when

# Boto leaves the file or the socket open whose reading was ended, until the collector comes.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def bucket(moto_server: S3) -> BucketStorage:
    environment = moto_server.environment
    return BucketStorage(
        bucket_name=environment["S3_BUCKET"],
        location="stopping",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        region_name="us-east-1",
        access_key=environment["S3_ACCESS_KEY_ID"],
        secret_key=environment["S3_SECRET_ACCESS_KEY"],
    )


def test_a_stopped_download_leaves_nothing(bucket: BucketStorage, tmp_path: Path) -> None:
    file, back = tmp_path / "file", tmp_path / "back"
    file.write_bytes(bytes(3_000_000))
    bucket.put_file("a", file, content_type="video/mp4")
    with stop_when(lambda: True), pytest.raises(TransferStopped):
        bucket.fetch("a", back)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    with stop_when(lambda: False):
        bucket.fetch("a", back)
    assert back.stat().st_size == 3_000_000
    gc.collect()


def test_a_stopped_upload_stores_nothing(bucket: BucketStorage, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(3_000_000))
    with stop_when(lambda: True), pytest.raises((TransferStopped, StorageUnavailable)):
        bucket.put_file("b", file, content_type="video/mp4")
    with pytest.raises(ObjectMissing):
        bucket.object_size("b")
    gc.collect()
