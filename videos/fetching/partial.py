"""A file that is being fetched, kept over the death of its worker so that the rest can be resumed.

It is named by its upload. A worker that holds it has it locked; whoever finds it locked, since a
frozen worker still holds it, begins another file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

_READ_BYTES = 1024**2
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Validators:
    """By which the server names this version of the file, and its whole size if it is known."""

    etag: str = ""
    modified: str = ""
    total: int | None = None

    @property
    def condition(self) -> str:
        """The value of ``If-Range``; empty if the server names versions in no reliable way."""
        return self.modified if self.etag.startswith("W/") or not self.etag else self.etag


class Partial:
    """An open and locked file, with the hash of its bytes so far."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self._notes = path.with_suffix(".json")
        self.validators, self.spent = self._read_notes()
        self.size = 0
        self._hash = hashlib.sha256()
        if self.validators.condition:
            self._read()
        else:
            self.begin(Validators())

    @property
    def sha256(self) -> str:
        """The hash of the bytes so far, in hex."""
        return self._hash.hexdigest()

    def begin(self, validators: Validators) -> None:
        """Drop what is there, and note which version of the file is written from now on."""
        self._file.truncate(0)
        self._file.seek(0)
        self.size = 0
        self._hash = hashlib.sha256()
        self.validators = validators
        self.note(self.spent)

    def write(self, block: bytes) -> None:
        """Append bytes."""
        view = memoryview(block)
        while view:
            view = view[self._file.write(view) :]
        self._hash.update(block)
        self.size += len(block)

    def head(self, count: int) -> bytes:
        """Return the first bytes."""
        return os.pread(self._file.fileno(), count, 0)

    def note(self, spent: float) -> None:
        """Write down the version, and how many seconds were spent on it by all attempts."""
        self.spent = spent
        told = {**asdict(self.validators), "spent": spent, "boot": _boot()}
        writing = self._notes.with_suffix(".tmp")
        writing.write_text(json.dumps(told))
        writing.replace(self._notes)

    def discard(self) -> None:
        """Delete the file."""
        self._notes.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file, which unlocks it."""
        self._file.close()

    def _read_notes(self) -> tuple[Validators, float]:
        """Return what was noted. After a restart of the machine the bytes cannot be relied on."""
        try:
            told = json.loads(self._notes.read_text())
            spent = float(told.pop("spent"))
            same = told.pop("boot") == _boot()
            return (Validators(**told) if same else Validators()), spent
        except (OSError, ValueError, KeyError, TypeError):
            return Validators(), 0.0

    def _read(self) -> None:
        while block := self._file.read(_READ_BYTES):
            self._hash.update(block)
            self.size += len(block)


@contextmanager
def held(upload_id: UUID) -> Iterator[Partial]:
    """Open the upload's file, with what an earlier attempt on this machine left."""
    folder: Path = settings.FETCH_DIR
    folder.mkdir(parents=True, exist_ok=True)
    partial = _opened(folder / f"{upload_id.hex}.part")
    if partial is None:
        partial = _opened(folder / f"{upload_id.hex}.{uuid4().hex}.part")
    if partial is None:
        raise OSError("a new file is locked")
    try:
        yield partial
    finally:
        partial.close()


def upload_of(path: Path) -> UUID | None:
    """Return the upload whose file this is, or None for another file."""
    with contextlib.suppress(ValueError):
        return UUID(path.name.partition(".")[0])
    return None


def _opened(path: Path) -> Partial | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Partial(path, descriptor)


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
