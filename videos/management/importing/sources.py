"""What a named source holds: one file, or the media files in a folder or below a prefix."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from videos.fetching import urls
from videos.management.importing import buckets, kinds
from videos.management.importing.buckets import BucketObject


class Unusable(Exception):
    """Raised for a source that cannot be read as one, with a ``code`` and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine."""

    path: Path

    @property
    def name(self) -> str:
        """The name of the file in messages."""
        return str(self.path)

    @property
    def kind(self) -> str:
        """A video, unless its name is one of an image."""
        return kinds.of_name(self.path.name) or kinds.VIDEO


@dataclass(frozen=True)
class Remote:
    """A file at a URL."""

    url: str

    @property
    def name(self) -> str:
        """The URL without what may be secret."""
        try:
            return urls.shown(self.url)
        except ValueError:
            return "the URL"

    @property
    def kind(self) -> str:
        """A video, unless its name is one of an image."""
        try:
            return kinds.of_name(urls.filename(self.url)) or kinds.VIDEO
        except ValueError:
            return kinds.VIDEO


@dataclass(frozen=True)
class PassedOver:
    """What lies in a folder and is not imported, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Unread:
    """A part of a folder that could not be read."""

    name: str
    why: str


File = LocalFile | BucketObject | Remote
Found = File | PassedOver | Unread


def found_in(source: str) -> Iterator[Found]:
    """Yield what a source holds, in the order of names. Raises ``Unusable`` or ``OSError``."""
    scheme = source.partition("://")[0].lower() if "://" in source else ""
    if scheme in ("http", "https"):
        yield Remote(source)
    elif scheme == "s3":
        yield from _in_bucket(source)
    elif "\0" in source:
        raise Unusable("source_unusable", "A name holds no zero bytes.")
    elif (path := Path(source)).is_dir():
        yield from _in_folder(path)
    else:
        _require_file(path)
        yield LocalFile(path)


def _require_file(path: Path) -> None:
    """Raise ``OSError`` if there is no such file, ``Unusable`` if there can be none, or it
    is a device or a pipe."""
    try:
        mode = path.stat().st_mode
    except UnicodeEncodeError as error:  # half a character, as JSON can have it
        raise Unusable("source_unusable", "No file can have this name.") from error
    if not stat.S_ISREG(mode):
        raise Unusable("source_unusable", "This is no file.")


def _in_folder(path: Path) -> Iterator[Found]:
    """Yield what lies in a folder and in those below it. No link is followed, since it may lead
    out of the folder, or round in it."""
    levels = [_entries(str(path))]
    while levels:
        for entry in levels[-1]:
            if isinstance(entry, Unread):
                yield entry
            elif (found := _of_entry(entry)) is not None:
                yield found
            else:
                levels.append(_entries(entry.path))
                break
        else:
            levels.pop()


def _entries(path: str) -> Iterator[os.DirEntry[str] | Unread]:
    try:
        with os.scandir(path) as entries:
            here = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Unread(path, why(error))
        return
    yield from here


def _of_entry(entry: os.DirEntry[str]) -> Found | None:
    """Return what an entry is, or None for a folder to go into."""
    try:
        if entry.is_symlink():
            return PassedOver(entry.path, "is a symbolic link")
        if entry.is_dir(follow_symlinks=False):
            hidden = entry.name.startswith(".")
            return PassedOver(entry.path, "is a hidden folder") if hidden else None
        if not entry.is_file(follow_symlinks=False):
            return PassedOver(entry.path, "is a pipe, a socket or a device")
    except OSError as error:
        return Unread(entry.path, why(error))
    passed = kinds.why_passed_over(entry.name)
    return PassedOver(entry.path, passed) if passed else LocalFile(Path(entry.path))


def why(error: OSError) -> str:
    """Return a sentence for a file that cannot be read."""
    return f"It cannot be read: {error.strerror or type(error).__name__}."


def _in_bucket(source: str) -> Iterator[Found]:
    rest = source[len("s3://") :]
    bucket, _, key = rest.partition("/")
    if not bucket:
        raise Unusable("source_unusable", "Write s3://bucket/key, or s3://bucket/prefix/.")
    if key and not key.endswith("/"):
        yield buckets.named(bucket, key)
        return
    for one in buckets.below(bucket, key):
        name = one.key.rpartition("/")[2]
        if not name:
            continue  # it stands for the folder itself
        hidden = any(part.startswith(".") for part in one.key[len(key) :].split("/")[:-1])
        passed = "is in a hidden folder" if hidden else kinds.why_passed_over(name)
        yield PassedOver(one.name, passed) if passed else one
