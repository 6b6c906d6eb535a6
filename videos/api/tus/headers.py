"""Read the headers of tus."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from videos.api.tus.errors import (
    VERSION,
    AlgorithmUnknown,
    HeaderInvalid,
    MetadataInvalid,
    VersionUnknown,
)
from videos.ingest.receiving import PartsInvalid

if TYPE_CHECKING:
    from hashlib import _Hash

ALGORITHMS = ("sha256", "sha1", "md5")
BYTES = "application/offset+octet-stream"
METADATA_BYTES = 64 * 1024
_MOST_PARTS = 1000
_DIGITS = 18


@dataclass
class Checksum:
    """What the bytes of a request must come to."""

    digest: _Hash
    wanted: bytes

    def is_met(self) -> bool:
        """Whether the bytes that ``digest`` was given are the right ones."""
        return hmac.compare_digest(self.digest.digest(), self.wanted)


@dataclass(frozen=True)
class Concat:
    """Whether an upload is a part of another, or is made of ``parts``, which are named by their
    addresses."""

    kind: Literal["", "partial", "final"] = ""
    parts: tuple[str, ...] = ()


def require_version(headers: Mapping[str, str]) -> None:
    """Raise ``VersionUnknown`` unless the client speaks this version of tus."""
    if headers.get("tus-resumable") != VERSION:
        raise VersionUnknown


def has_bytes(headers: Mapping[str, str]) -> bool:
    """Whether the body is said to be bytes of a file."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == BYTES


def number(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header's number, or None without the header. Raises ``HeaderInvalid``."""
    text = headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise HeaderInvalid(f"{name.title()} takes a number of bytes.")
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """Return the pairs of an Upload-Metadata header. Raises ``MetadataInvalid``."""
    if len(text) > METADATA_BYTES:
        raise MetadataInvalid
    found: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if not key or key in found:
            raise MetadataInvalid
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise MetadataInvalid from error
    return found


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Return what Upload-Checksum says, or None without it. Raises ``AlgorithmUnknown`` or
    ``HeaderInvalid``."""
    text = headers.get("upload-checksum")
    if text is None:
        return None
    name, _, value = text.strip().partition(" ")
    if name.lower() not in ALGORITHMS:
        raise AlgorithmUnknown
    digest = hashlib.new(name.lower(), usedforsecurity=False)
    try:
        wanted = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise HeaderInvalid("Write the checksum in base64.") from error
    if len(wanted) != digest.digest_size:
        raise HeaderInvalid("The checksum has the wrong length.")
    return Checksum(digest, wanted)


def concat(headers: Mapping[str, str]) -> Concat:
    """Return what Upload-Concat says. Raises ``PartsInvalid``."""
    text = headers.get("upload-concat")
    if text is None:
        return Concat()
    kind, _, listed = text.strip().partition(";")
    if kind == "partial" and not listed:
        return Concat("partial")
    addresses = listed.split()
    if kind != "final" or not 0 < len(addresses) <= _MOST_PARTS:
        raise PartsInvalid
    return Concat("final", tuple(addresses))
