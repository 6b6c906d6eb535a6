"""The S3-compatible bucket, if there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from config.env.reader import Reader

# What Amazon and those who follow it allow.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST_PREFIX = 200


@dataclass(frozen=True)
class S3:
    """Where the bucket is and how to reach it."""

    bucket: str
    prefix: str
    endpoint_url: str | None
    public_endpoint_url: str | None
    region: str
    access_key_id: str | None
    secret_access_key: str | None
    addressing: Literal["path", "virtual", "auto"]
    ca_file: str | None


def bucket(reader: Reader) -> S3 | None:
    """The bucket; None where everything is on the local disk. What concerns a bucket is looked at
    in any case: it may only lack its name."""
    name = reader.text("S3_BUCKET")
    if name and not _BUCKET.fullmatch(name):
        reader.fault(
            "S3_BUCKET",
            f"is {name!r}; a bucket's name has 3 to 63 small letters, digits, dots and dashes.",
        )
    endpoint = _address(reader, "S3_ENDPOINT_URL")
    key = reader.text("S3_ACCESS_KEY_ID")
    secret = reader.text("S3_SECRET_ACCESS_KEY", secret=True)
    if bool(key) != bool(secret):
        missing = "S3_SECRET_ACCESS_KEY" if key else "S3_ACCESS_KEY_ID"
        reader.fault(
            missing,
            "is missing: set both S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither where the "
            "machine's role gives access.",
        )
    found = S3(
        bucket=name,
        prefix=_prefix(reader),
        endpoint_url=endpoint,
        public_endpoint_url=_address(reader, "S3_PUBLIC_ENDPOINT_URL") or endpoint,
        region=reader.text("S3_REGION", "us-east-1"),
        access_key_id=key or None,
        secret_access_key=secret or None,
        addressing=reader.choice("S3_ADDRESSING", ("path", "virtual", "auto")),
        ca_file=reader.file("S3_CA_FILE") or None,
    )
    return found if name else None


def _address(reader: Reader, name: str) -> str | None:
    value = reader.text(name)
    address = urlsplit(value)
    if value and (address.scheme not in ("http", "https") or not address.netloc):
        reader.fault(name, f"is {value!r}; it must begin with http:// or https:// and a host.")
    elif address.path.strip("/") or address.query or address.fragment:
        reader.fault(name, f"is {value!r}; it must end with the host: the bucket is S3_BUCKET.")
    return value or None


def _prefix(reader: Reader) -> str:
    """What all keys in the bucket begin with, without a slash at either end; may be empty."""
    prefix = reader.text("S3_PREFIX").strip("/")
    parts = prefix.split("/") if prefix else []
    if len(prefix) > _LONGEST_PREFIX or any(
        part.strip(".") == "" or not _PREFIX.fullmatch(part) for part in parts
    ):
        reader.fault(
            "S3_PREFIX",
            "must be folders such as team/vodloom, of letters, digits, dots, dashes and "
            "underscores.",
        )
    return prefix
