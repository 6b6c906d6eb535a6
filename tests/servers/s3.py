"""Two substitutes for S3 that complement each other; see also seaweedfs.py.

moto has S3's features (multipart, ranges, CORS, conditional writes) but accepts every signature;
rclone refuses wrong, expired and missing signatures but has fewer features.
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
        """The product's settings for storing its files in this bucket."""
        return {
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT_URL": self.endpoint_url,
            "S3_REGION": REGION,
            "S3_ACCESS_KEY_ID": self.keys.id,
            "S3_SECRET_ACCESS_KEY": self.keys.secret,
        }

    def client(self, **other: Any) -> S3Client:
        """Return a separate client, which looks at the bucket without the product."""
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
    """Run S3 by moto: complete, but it checks no signature."""
    with _running("moto", _moto) as s3:
        s3.client().create_bucket(Bucket=s3.bucket)
        yield s3


@dataclass
class Guarded:
    """An S3 whose keys have only the rights in their policy."""

    s3: S3

    def key_for(self, policy: Mapping[str, Any]) -> Keys:
        """Create a key with these rights."""
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
        """Let this many calls pass without checking their rights."""
        address = f"{self.s3.endpoint_url}/moto-api/reset-auth"
        plain = {"Content-Type": "text/plain"}
        sent = urllib.request.Request(address, data=str(count).encode(), headers=plain)
        urllib.request.urlopen(sent, timeout=60).close()


def _as_moto_reads_it(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Adapt a policy to moto, which requires the right to delete several objects at once on the
    bucket instead of on the objects."""
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
    """Run S3 by moto with checks of policies."""
    environment = {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "100"}
    with _running("moto", _moto, environment) as s3:
        s3.client().create_bucket(Bucket=s3.bucket)
        yield Guarded(s3)


@contextmanager
def running_rclone() -> Iterator[S3]:
    """Run S3 by rclone: it serves a folder on the disk and checks signatures."""
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
    # Each subfolder is a bucket; --no-cleanup keeps a bucket that becomes empty.
    (folder / "buckets" / BUCKET).mkdir(parents=True)
    options = ["--config", "", "--no-cleanup", "--dir-cache-time", "1s"]
    options += ["--addr", f"127.0.0.1:{port}", "--auth-key", f"{keys.id},{keys.secret}"]
    return [_script("rclone"), "serve", "s3", *options, str(folder / "buckets")]


def _script(name: str) -> str:
    """Return the path of a command that a Python package installed."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def answers(url: str) -> bool:
    """Whether a server answers HTTP at an address, with any answer and any certificate."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    try:
        urllib.request.urlopen(url, timeout=5, context=trusting).close()
    except urllib.error.HTTPError:
        return True  # It runs, but refuses a request without a signature.
    except OSError:
        return False
    return True
