"""Certificates of an authority that nobody knows but who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files: the authority's certificate, one it signed, and the key of that."""

    authority: Path
    certificate: Path
    key: Path


def made_in(folder: Path, names: Sequence[str] = ("localhost", "127.0.0.1")) -> Certificates:
    """An authority of its own with one certificate, for these names."""
    authority = trustme.CA()
    issued = authority.issue_cert(*names)
    made = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    made.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(made.key))
    return made
