"""The S3-compatible bucket, if there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from config.env.hosts import origin
from config.env.reader import Reader
from config.env.shown import quoted

# The names that Amazon and compatible services allow.
_BUCKET = re.compile(r"(?!.*\.\.)(?![0-9.]+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_PREFIX = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST_PREFIX = 200


@dataclass(frozen=True)
class S3:
    """The location of a bucket and how to reach it."""

    bucket: str
    prefix: str
    endpoint_url: str | None
    public_endpoint_url: str | None
    region: str
    access_key_id: str | None
    secret_access_key: str | None
    addressing: Literal["path", "virtual", "auto"]
    ca_file: str | None


def bucket(reader: Reader, old: str = "") -> S3 | None:
    """Return the bucket, or None if everything is on the local disk. The bucket's settings are
    checked in any case, since only its name may be missing. ``old`` is the prefix of the settings
    of the bucket that is moved from."""
    name = reader.text(f"{old}S3_BUCKET")
    if name and not _BUCKET.fullmatch(name):
        reader.fault(
            f"{old}S3_BUCKET",
            f"is {quoted(name)}; a bucket's name has 3 to 63 small letters, digits, dots and "
            "dashes.",
        )
    endpoint = _address(reader, f"{old}S3_ENDPOINT_URL")
    key = reader.text(f"{old}S3_ACCESS_KEY_ID")
    secret = reader.text(f"{old}S3_SECRET_ACCESS_KEY", secret=True)
    if not key.isascii() or " " in key:
        reader.fault(f"{old}S3_ACCESS_KEY_ID", "must be ASCII without blanks.")
    if bool(key) != bool(secret):
        missing = "S3_SECRET_ACCESS_KEY" if key else "S3_ACCESS_KEY_ID"
        reader.fault(
            f"{old}{missing}",
            f"is missing: set both {old}S3_ACCESS_KEY_ID and {old}S3_SECRET_ACCESS_KEY, or neither "
            "where the machine's role gives access.",
        )
    found = S3(
        bucket=name,
        prefix=_prefix(reader, f"{old}S3_PREFIX"),
        endpoint_url=endpoint,
        public_endpoint_url=_address(reader, f"{old}S3_PUBLIC_ENDPOINT_URL") or endpoint,
        region=_region(reader, f"{old}S3_REGION"),
        access_key_id=key or None,
        secret_access_key=secret or None,
        addressing=reader.choice(f"{old}S3_ADDRESSING", ("path", "virtual", "auto")),
        ca_file=reader.certificates(f"{old}S3_CA_FILE") or None,
    )
    return found if name else None


def moved_from(reader: Reader, data_dir: Path, s3: S3 | None) -> tuple[S3 | None, Path | None]:
    """Return the bucket and the media folder that is moved from: at most one may be set, and both
    are None if nothing is moved."""
    old, text = bucket(reader, "OLD_"), reader.text("OLD_MEDIA")
    folder = Path(text).absolute() if text else None
    if folder and not _is_folder(folder):
        reader.fault("OLD_MEDIA", f"is {quoted(text)}, and there is no such folder; is it mounted?")
    if folder and old:
        reader.fault("OLD_MEDIA", "and OLD_S3_BUCKET are both set: name the place moved from.")
    here = data_dir / "media" if s3 is None else None
    if (old and s3 and _place(old) == _place(s3)) or (folder and folder == here):
        name = "OLD_S3_BUCKET" if old else "OLD_MEDIA"
        reader.fault(name, "names the storage that is in use: set the new one, or unset this.")
    return old, folder


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # the text cannot be a file name
        return False


def _place(s3: S3) -> tuple[str | None, str, str]:
    return s3.endpoint_url, s3.bucket, s3.prefix


def _address(reader: Reader, name: str) -> str | None:
    value = reader.text(name)
    if not value:
        return None
    if (found := origin(value)) and "*" not in found:
        return found
    reader.fault(name, f"is {quoted(value)}; {_wrong_address(value)}")
    return None


def _wrong_address(value: str) -> str:
    try:
        address = urlsplit(value)
    except ValueError:
        return "its host has a bracket too many, or too few."
    if address.scheme not in ("http", "https") or not address.netloc:
        return "it must begin with http:// or https:// and a host."
    if address.username is not None:
        return "it must hold no user: the keys are S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY."
    if address.path.strip("/") or address.query or address.fragment:
        return "it must end with the host: the bucket is S3_BUCKET."
    return "it must be http:// or https://, a host, and the number of a port where it has one."


def _region(reader: Reader, name: str) -> str:
    region = reader.text(name, "us-east-1")
    if not _REGION.fullmatch(region):
        reader.fault(name, f"is {quoted(region)}; it must be a word such as us-east-1 or auto.")
    return region


def _prefix(reader: Reader, name: str) -> str:
    """Return the prefix of all keys in the bucket, without a slash at either end; may be empty."""
    prefix = reader.text(name).strip("/")
    parts = prefix.split("/") if prefix else []
    if len(prefix) > _LONGEST_PREFIX or any(
        part.strip(".") == "" or not _PREFIX.fullmatch(part) for part in parts
    ):
        reader.fault(
            name,
            "must be folders such as team/vodloom, of letters, digits, dots, dashes and "
            "underscores.",
        )
    return prefix
