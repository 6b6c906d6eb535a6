"""Two stand-ins for S3 that complete each other; see also seaweedfs.py.

moto does what S3 does (multipart, ranges, CORS, conditional writes) but lets every
signature in; rclone refuses wrong, expired and missing signatures, but does less.
"""

from __future__ import annotations

import secrets
import ssl
import sysconfig
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from tests.servers.process import Process, start_on_free_port

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "vodloom-test"
REGION = "us-east-1"


@dataclass(frozen=True)
class Keys:
    """An access key."""

    id: str
    secret: str


@dataclass
class S3:
    """A running server with an empty bucket."""

    process: Process
    endpoint_url: str
    keys: Keys
    bucket: str = BUCKET

    @property
    def environment(self) -> Mapping[str, str]:
        """What the product is told to store its bytes here."""
        return {
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT_URL": self.endpoint_url,
            "S3_REGION": REGION,
            "S3_ACCESS_KEY_ID": self.keys.id,
            "S3_SECRET_ACCESS_KEY": self.keys.secret,
        }

    def client(self, **other: Any) -> S3Client:
        """A client of our own, to look behind the product's back."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=self.keys.id,
            aws_secret_access_key=self.keys.secret,
            **other,
        )


@contextmanager
def running_moto() -> Iterator[S3]:
    """S3 by moto: complete, but it checks no signature."""
    with _running("moto", _moto) as s3:
        s3.client().create_bucket(Bucket=s3.bucket)
        yield s3


@contextmanager
def running_rclone() -> Iterator[S3]:
    """S3 by rclone: a folder of the disk, behind checked signatures."""
    with _running("rclone", _rclone) as s3:
        yield s3


@contextmanager
def _running(name: str, command: Callable[[int, Path, Keys], list[str]]) -> Iterator[S3]:
    keys = Keys(f"test{secrets.token_hex(8)}", secrets.token_hex(20))
    with tempfile.TemporaryDirectory(prefix=f"vodloom-{name}-") as temporary:
        folder = Path(temporary)
        process, port = start_on_free_port(
            lambda port: Process(name, command(port, folder, keys), log=folder / "log"),
            lambda port: answers(f"http://127.0.0.1:{port}/"),
        )
        try:
            yield S3(process, f"http://127.0.0.1:{port}", keys)
        finally:
            process.stop()


def _moto(port: int, folder: Path, keys: Keys) -> list[str]:
    return [_script("moto_server"), "-H", "127.0.0.1", "-p", str(port)]


def _rclone(port: int, folder: Path, keys: Keys) -> list[str]:
    # Each folder in the served one is a bucket; --no-cleanup keeps it when it gets empty.
    (folder / "buckets" / BUCKET).mkdir(parents=True)
    options = ["--config", "", "--no-cleanup", "--dir-cache-time", "1s"]
    options += ["--addr", f"127.0.0.1:{port}", "--auth-key", f"{keys.id},{keys.secret}"]
    return [_script("rclone"), "serve", "s3", *options, str(folder / "buckets")]


def _script(name: str) -> str:
    """A command that came with a Python package."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def answers(url: str) -> bool:
    """Whether something speaks HTTP at an address, whatever it says and whoever signed for it."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    try:
        urllib.request.urlopen(url, timeout=5, context=trusting).close()
    except urllib.error.HTTPError:
        return True  # Refused for want of a signature, so it is there.
    except OSError:
        return False
    return True
