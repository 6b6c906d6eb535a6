"""Installations without processes: a database, its storages and `manage.py`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.servers import prepared

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Place:
    """An installation at rest: what an operator gives its commands."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str, code: int = 0) -> str:
        """Run manage.py; what it printed. It ends with this code."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{arguments}:\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def shell(self, program: str) -> str:
        """What a program prints that knows the models."""
        return self.manage("shell", "--verbosity", "0", "-c", program)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start manage.py beside."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.variables(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def variables(self) -> dict[str, str]:
        """The environment of its commands."""
        ours = ("PATH", "HOME", "LANG", "TMPDIR", "VODLOOM_FFMPEG", "VODLOOM_FFPROBE")
        return {
            **{name: os.environ[name] for name in ours if name in os.environ},
            "DATA": str(self.data),
            "REDIS_URL": os.environ["REDIS_URL"],
            "SECRET_KEY": "a key for tests that is long enough and used nowhere else",
            "USE_HTTPS": "false",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            **self.environment,
        }

    @property
    def database(self) -> Path:
        """Its SQLite file."""
        return self.data / "vodloom.sqlite3"

    def files(self) -> set[str]:
        """What lies in its folder of media."""
        media = self.data / "media"
        return {str(p.relative_to(media)) for p in media.rglob("*") if p.is_file()}


@pytest.fixture
def new_place(tmp_path: Path) -> Callable[..., Place]:
    """Makes installations with nothing in them, each with a folder of its own."""

    def make(name: str = "data", **environment: str) -> Place:
        place = Place(tmp_path / name, environment)
        place.data.mkdir()
        prepared.sqlite(place.database)
        return place

    return make


@pytest.fixture
def place(new_place: Callable[..., Place]) -> Place:
    """An installation with nothing in it."""
    return new_place()


@pytest.fixture
def kill_when() -> Iterator[Callable[..., bool]]:
    """Kills a command as soon as a condition holds; False when it ended before."""
    started: list[subprocess.Popen[bytes]] = []

    def kill(place: Place, *arguments: str, when: Callable[[], bool]) -> bool:
        child = place.start(*arguments)
        started.append(child)
        end = time.monotonic() + 60
        while child.poll() is None and not when():
            assert time.monotonic() < end
            time.sleep(0.001)
        child.kill()
        return child.wait() < 0

    yield kill
    for child in started:
        child.kill()
        child.wait()
