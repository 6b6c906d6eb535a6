"""Two stand-ins for S3 that complete each other; see also seaweedfs.py.

moto does what S3 does (multipart, ranges, CORS, conditional writes) but lets every
signature in; rclone refuses wrong, expired and missing signatures, but does less.
"""

from __future__ import annotations

import json
import os
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


@dataclass
class Guarded:
    """An S3 whose keys may do what a policy says and no more."""

    s3: S3

    def key_for(self, policy: Mapping[str, Any]) -> Keys:
        """A new key with these rights."""
        self._let_in(10)
        iam: Any = boto3.client(
            "iam", endpoint_url=self.s3.endpoint_url, region_name=REGION,
            aws_access_key_id=self.s3.keys.id, aws_secret_access_key=self.s3.keys.secret,
        )  # fmt: skip
        name = secrets.token_hex(8)
        iam.create_user(UserName=name)
        told = json.dumps(_as_moto_reads_it(policy))
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=told)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        self._let_in(0)
        return Keys(made["AccessKeyId"], made["SecretAccessKey"])

    def _let_in(self, count: int) -> None:
        """Let so many calls pass whatever rights they have."""
        address = f"{self.s3.endpoint_url}/moto-api/reset-auth"
        plain = {"Content-Type": "text/plain"}
        sent = urllib.request.Request(address, data=str(count).encode(), headers=plain)
        urllib.request.urlopen(sent, timeout=10).close()


def _as_moto_reads_it(policy: Mapping[str, Any]) -> dict[str, Any]:
    """To delete several objects at once it wants the right on the bucket, not on them."""
    statements = list(policy["Statement"])
    for one in policy["Statement"]:
        if "s3:DeleteObject" in one["Action"]:
            bucket = one["Resource"].partition("/")[0]
            statements.append(
                {**one, "Sid": "Many", "Action": "s3:DeleteObject", "Resource": bucket}
            )
    return {**policy, "Statement": statements}


@contextmanager
def running_guarded_moto() -> Iterator[Guarded]:
    """S3 by moto, which looks at policies."""
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "100"}
    with _running("moto", _moto, environment) as s3:
        s3.client().create_bucket(Bucket=s3.bucket)
        yield Guarded(s3)


@contextmanager
def running_rclone() -> Iterator[S3]:
    """S3 by rclone: a folder of the disk, behind checked signatures."""
    with _running("rclone", _rclone) as s3:
        yield s3


@contextmanager
def _running(
    name: str,
    command: Callable[[int, Path, Keys], list[str]],
    environment: Mapping[str, str] | None = None,
) -> Iterator[S3]:
    keys = Keys(f"test{secrets.token_hex(8)}", secrets.token_hex(20))
    with tempfile.TemporaryDirectory(prefix=f"vodloom-{name}-") as temporary:
        folder = Path(temporary)
        process, port = start_on_free_port(
            lambda port: Process(
                name, command(port, folder, keys), log=folder / "log", environment=environment
            ),
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
