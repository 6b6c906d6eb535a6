"""A local package index that offers the pinned version of every package and a far newer one.

The packages are empty except for their metadata. Packages that are installed here have their real
requirements and extras, which an installer would resolve.
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import importlib.metadata
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NEWER = "99999.0"


@dataclass(frozen=True)
class Pinned:
    """A line of a lock file."""

    line: str
    requirement: Requirement

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version

    @property
    def applies(self) -> bool:
        """Whether the line's marker holds for this Python and system."""
        return self.requirement.marker is None or self.requirement.marker.evaluate()


def pinned(lock: Path) -> list[Pinned]:
    """Return the packages that a lock file pins."""
    lines = [line for line in lock.read_text().splitlines() if line[:1].isalnum()]
    alone = [line.partition(" --hash")[0].removesuffix(" \\") for line in lines]
    return [Pinned(line, Requirement(line)) for line in alone]


def publish(folder: Path, lock: Path) -> Path:
    """Put both versions of all pinned packages into an index's folder; return a copy of the lock
    file with the hashes of these packages added."""
    lines = []
    for package in pinned(lock):
        page = folder / "simple" / package.name
        page.mkdir(parents=True, exist_ok=True)
        wheels = [_wheel(page, package.name, version) for version in (package.version, NEWER)]
        # A lock file may list a package twice, each time with a marker.
        with (page / "index.html").open("a") as listing:
            listing.writelines(_link(wheel) for wheel in wheels)
        lines.append(f"{package.line} --hash=sha256:{_sha256(wheels[0])}")
    ours = folder / lock.name
    ours.write_text("\n".join(lines) + "\n")
    return ours


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve an index's folder; yield its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple/"
        finally:
            server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


def _wheel(folder: Path, name: str, version: str) -> Path:
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    files = {
        f"{info}/METADATA": _metadata(name, version),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    return wheel


def _metadata(name: str, version: str) -> str:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    with suppress(importlib.metadata.PackageNotFoundError):
        real = importlib.metadata.metadata(name)
        for field in ("Requires-Dist", "Provides-Extra"):
            lines += [f"{field}: {value}" for value in real.get_all(field, [])]
    return "\n".join([*lines, ""])


def _link(wheel: Path) -> str:
    return f'<a href="{wheel.name}#sha256={_sha256(wheel)}">{wheel.name}</a>\n'


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
