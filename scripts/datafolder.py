"""The data folder: all files of one running copy, and its settings file."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from scripts.console import Failed

SOCKET_NAME = "vodloom-redis.sock"
LONGEST_SOCKET_PATH = 100
"""In bytes. The system's limit is 108 on Linux and 104 elsewhere, with the final NUL."""


@dataclass(frozen=True)
class DataFolder:
    """The folder given as DATA, as an absolute path."""

    path: Path

    @property
    def run(self) -> Path:
        """Sockets, generated configuration and records of processes, for this start only."""
        return self.path / "run"

    @property
    def log(self) -> Path:
        """The output of the processes, in files that rotate."""
        return self.path / "log"

    @property
    def redis(self) -> Path:
        """The data that the private Redis keeps across a restart."""
        return self.path / "redis"

    @property
    def mail(self) -> Path:
        """Mails, one file each, if no mail server is configured."""
        return self.path / "mail"

    @property
    def settings_file(self) -> Path:
        """The settings of this folder, which the product reads too."""
        return self.path / "vodloom.env"

    @property
    def redis_socket(self) -> Path:
        """The socket of the private Redis: in the data folder, unless that path is too long."""
        inside = self.run / SOCKET_NAME
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"vodloom-{os.getuid()}-{name}" / SOCKET_NAME

    @property
    def redis_url(self) -> str:
        """The address of the private Redis."""
        return f"unix://{quote(str(self.redis_socket))}"

    def create(self) -> None:
        """Create the folders, readable by their owner only; raise Failed if that fails."""
        try:
            for folder in (self.path, self.run, self.log, self.redis):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
        except OSError as error:
            raise Failed(f"The data folder {self.path} cannot be used: {error}") from error

    def create_socket_folder(self) -> None:
        """Create the folder of the Redis socket; raise Failed if it belongs to another user."""
        self.redis_socket.parent.mkdir(mode=0o700, exist_ok=True)
        _must_be_ours(self.redis_socket.parent)

    def remove_socket_folder(self) -> None:
        """Remove the socket's folder if it is a substitute for a path that is too long."""
        if self.redis_socket.parent != self.run:
            shutil.rmtree(self.redis_socket.parent, ignore_errors=True)


def _must_be_ours(folder: Path) -> None:
    # The short folder has a predictable name in a place where everybody can write.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Failed(f"{folder} exists and is not a private folder of yours; remove it.")


def ensure_settings(data: DataFolder) -> dict[str, str]:
    """Write vodloom.env on the first start; return its settings.

    If the data folder has moved, the address of the private Redis is updated.
    """
    if not data.settings_file.exists():
        _write(data.settings_file, _first_settings(data))
    settings = read_settings(data.settings_file)
    if is_private(settings.get("REDIS_URL", "")) and settings["REDIS_URL"] != data.redis_url:
        text = data.settings_file.read_text()
        _write(data.settings_file, text.replace(settings["REDIS_URL"], data.redis_url))
        settings["REDIS_URL"] = data.redis_url
    return settings


def is_private(redis_url: str) -> bool:
    """Whether a Redis address is that of the private Redis, which `make run` starts."""
    return redis_url.startswith("unix://") and redis_url.endswith(f"/{SOCKET_NAME}")


def read_settings(file: Path) -> dict[str, str]:
    """Return the NAME=value lines of a file as a dictionary."""
    settings = {}
    for line in file.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.lstrip().startswith("#"):
            settings[name.strip()] = value.strip()
    return settings


def _first_settings(data: DataFolder) -> str:
    return "\n".join(
        [
            "# Written on the first start; yours to change. The environment wins over this file.",
            "# Every name is explained in .env.example.",
            f"SECRET_KEY={secrets.token_urlsafe(50)}",
            "USE_HTTPS=false",
            "ALLOWED_HOSTS=localhost,127.0.0.1,[::1]",
            f"REDIS_URL={data.redis_url}",
            "",
        ]
    )


def _write(file: Path, text: str) -> None:
    """Replace a file atomically with one that only its owner can read."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(text)
    new.replace(file)
