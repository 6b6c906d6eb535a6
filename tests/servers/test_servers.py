"""The servers behave as the tests that use them expect."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import psycopg
import pytest
import redis
from botocore.exceptions import ClientError

from tests.servers.postgres import Postgres
from tests.servers.process import Process, ServerFailed, start_on_free_port, wait_until
from tests.servers.redis import running_redis
from tests.servers.s3 import S3


def test_each_new_database_is_empty_and_apart(postgres: Postgres) -> None:
    first, second = postgres.create_database(), postgres.create_database()
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("CREATE TABLE thing (id int)")
    with psycopg.connect(second) as connection:
        tables = connection.execute("SELECT 1 FROM pg_tables WHERE tablename = 'thing'")
        assert tables.fetchall() == []


def test_redis_comes_back_empty_at_the_same_address() -> None:
    with running_redis() as server:
        client = redis.Redis.from_url(server.url)
        client.set("key", "value")
        server.kill()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.get("key") is None
        client.set("key", "value")
        server.flush()
        assert client.get("key") is None


@pytest.mark.parametrize("name", ["moto_server", "rclone_s3"])
def test_s3_keeps_small_and_large_objects(name: str, request: pytest.FixtureRequest) -> None:
    s3: S3 = request.getfixturevalue(name)
    client = s3.client()
    large = bytes(range(256)) * 40_000
    client.put_object(Bucket=s3.bucket, Key="folder/small", Body=b"small")
    client.upload_fileobj(io.BytesIO(large), s3.bucket, "folder/large")  # In parts of 8 MiB.

    listed = client.list_objects_v2(Bucket=s3.bucket, Prefix="folder/")["Contents"]
    assert {item["Key"] for item in listed} == {"folder/small", "folder/large"}
    assert client.get_object(Bucket=s3.bucket, Key="folder/large")["Body"].read() == large
    for item in listed:
        client.delete_object(Bucket=s3.bucket, Key=item["Key"])
    client.head_bucket(Bucket=s3.bucket)


def test_rclone_refuses_a_wrong_signature(rclone_s3: S3) -> None:
    forged = S3(
        rclone_s3.process,
        rclone_s3.endpoint_url,
        keys=type(rclone_s3.keys)(rclone_s3.keys.id, "wrong"),
    )
    with pytest.raises(ClientError) as refusal:
        forged.client().list_objects_v2(Bucket=forged.bucket)
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_port_lost_to_somebody_else_is_replaced(tmp_path: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        taken = somebody.getsockname()[1]
        asked: list[int] = []

        def make(port: int) -> Process:
            asked.append(port)
            use = taken if len(asked) == 1 else port
            command = ["redis-server", "--bind", "127.0.0.1", "--port", str(use), "--save", ""]
            return Process("redis", command, log=tmp_path / "log", folder=tmp_path)

        process, port = start_on_free_port(make, _accepts)
        try:
            assert len(asked) == 2
            assert _accepts(port)
        finally:
            process.stop()
        assert not _accepts(port)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    command = ["redis-server", "--no-such-option"]
    with pytest.raises(ServerFailed, match="no-such-option"):
        start_on_free_port(
            lambda port: Process("redis", command, log=tmp_path / "log"), lambda port: False
        )


def test_a_killed_process_takes_its_children_along(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = Process("parent", ["sh", "-c", "sleep 600 & echo $!; wait"], log=log)
    process.start()
    process.wait_until(lambda: bool(log.read_text().strip()), "the child is there")
    child = Path("/proc", log.read_text().strip())
    process.kill()
    wait_until(lambda: not is_running(child), "the child is gone", 60)


def is_running(process: Path) -> bool:
    """Whether a process, given by its folder in /proc, exists and is not a zombie."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
