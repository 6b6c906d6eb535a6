"""Certificates of a private authority, which only configured clients trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """The files of the authority's certificate, a certificate that it signed, and the latter's
    key."""

    authority: Path
    certificate: Path
    key: Path


def made_in(folder: Path, names: Sequence[str] = ("localhost", "127.0.0.1")) -> Certificates:
    """Create a new authority and a certificate for these names."""
    authority = trustme.CA()
    issued = authority.issue_cert(*names)
    made = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    made.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(made.key))
    return made
