"""SeaweedFS, an S3 server that people really use: it checks signatures, has keys with different
rights, and supports listing, multipart uploads and CORS rules."""

from __future__ import annotations

import json
import secrets
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.certificates import Certificates
from tests.servers.process import Process, free_port, start_on_free_port
from tests.servers.s3 import BUCKET, S3, Keys, answers

SEAWEEDFS_DOMAIN = "seaweedfs.test"
"""The domain below which each bucket has a host name too. No DNS server resolves it, only clients
that are told how."""
_ALL = ("Admin", "Read", "Write", "List", "Tagging")
_PARTS = ("master", "volume", "filer")


@dataclass
class SeaweedFS(S3):
    """A running server with an empty bucket, and further keys by the names of their rights."""

    others: Mapping[str, Keys] = field(default_factory=dict)
    authority: Path | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """The product's settings for this bucket, including the authority it must trust."""
        more = {"S3_CA_FILE": str(self.authority)} if self.authority else {}
        return {**super().environment, **more}


def installed() -> bool:
    """Whether SeaweedFS is available for this kind of machine."""
    return _program().is_file()


@contextmanager
def running_seaweedfs(
    *,
    tls: Certificates | None = None,
    domain: str = "",
    rights: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[SeaweedFS]:
    """Run a new server in a temporary folder. With `tls` its host is localhost. With a `domain` its
    buckets are also reachable as subdomains. `rights` names further keys with limited rights, such
    as ``{"reads": ["Read"]}``."""
    keys = _keys()
    others = {name: _keys() for name in rights or {}}
    with tempfile.TemporaryDirectory(prefix="vodloom-seaweedfs-") as name:
        folder = Path(name)
        identities = [_identity("all", keys, _ALL)]
        identities += [
            _identity(name, others[name], actions) for name, actions in (rights or {}).items()
        ]
        (folder / "s3.json").write_text(json.dumps({"identities": identities}))
        origin = "https://localhost" if tls else "http://127.0.0.1"
        process, port = start_on_free_port(
            lambda port: _server(folder, port, tls, domain),
            lambda port: answers(f"{origin}:{port}/"),
        )
        try:
            server = SeaweedFS(process, f"{origin}:{port}", keys, others=others)
            server.authority = tls.authority if tls else None
            _make_bucket(server)
            yield server
        finally:
            process.kill()  # nothing is kept, and a normal stop takes long


def _keys() -> Keys:
    return Keys(f"test{secrets.token_hex(8)}", secrets.token_hex(20))


def _identity(name: str, keys: Keys, actions: Sequence[str]) -> dict[str, object]:
    credentials = [{"accessKey": keys.id, "secretKey": keys.secret}]
    return {"name": name, "credentials": credentials, "actions": list(actions)}


def _make_bucket(server: SeaweedFS) -> None:
    client = server.client(verify=str(server.authority) if server.authority else None)
    server.process.wait_until(lambda: _made(client), "making a bucket")


def _made(client: object) -> bool:
    try:
        client.create_bucket(Bucket=BUCKET)  # type: ignore[attr-defined]
    except Exception:  # its parts are still connecting to each other
        return False
    return True


def _server(folder: Path, port: int, tls: Certificates | None, domain: str) -> Process:
    (folder / "data").mkdir(exist_ok=True)
    options = ["-dir", str(folder / "data"), "-ip", "127.0.0.1", "-ip.bind", "127.0.0.1"]
    for part in _PARTS:
        options += [f"-{part}.port", str(free_port()), f"-{part}.port.grpc", str(free_port())]
    options += ["-volume.max", "20", "-master.volumeSizeLimitMB", "128"]
    options += ["-filer", "-filer.localSocket", str(folder / "filer.sock")]
    options += ["-s3", "-s3.port", str(port), "-s3.port.grpc", str(free_port())]
    options += ["-s3.port.iceberg", "0", "-s3.port.lance", "0"]
    options += ["-s3.localSocket", str(folder / "s3.sock"), "-s3.config", str(folder / "s3.json")]
    options += ["-s3.domainName", domain] if domain else []
    options += _tls_options(tls) if tls else []
    command = [str(_program()), "-logtostderr=true", "server", *options]
    return Process("seaweedfs", command, log=folder / "log", folder=folder)


def _tls_options(tls: Certificates) -> list[str]:
    return ["-s3.cert.file", str(tls.certificate), "-s3.key.file", str(tls.key)]


def _program() -> Path:
    return Path(sysconfig.get_path("scripts")) / "weed"
