"""The containers' commands when only an empty data folder is writable, as in a container with a
read-only root and a new volume."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.servers.app import ROOT, environment_of
from tests.servers.process import Process, start_on_free_port
from tests.servers.redis import Redis

BWRAP = shutil.which("bwrap")
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(300),
    pytest.mark.skipif(BWRAP is None, reason="bubblewrap is not installed"),
]


@pytest.fixture
def image(tmp_path: Path, redis_server: Redis) -> Mapping[str, str]:
    """The environment of an image's build; its static files are collected beside its code."""
    environment = environment_of(tmp_path / "build", redis_server.url, "")
    environment["VODLOOM_STATIC_ROOT"] = str(tmp_path / "staticfiles")
    environment["PYTHONPATH"] = f"{ROOT}:{ROOT}/platform"
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    return environment


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A data folder that holds only an older version's static files."""
    folder = tmp_path / "data"
    (folder / "static").mkdir(parents=True)
    (folder / "static" / "staticfiles.json").write_text('{"version": "1.1", "paths": {}}')
    yield folder


def contained(command: list[str], image: Mapping[str, str], volume: Path) -> list[str]:
    """Return the command with the root, the code and the static files mounted read-only."""
    words = [str(BWRAP), "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"]
    words += ["--proc", "/proc", "--tmpfs", "/tmp"]  # one of its own
    for folder in (str(ROOT), sys.prefix, image["VODLOOM_STATIC_ROOT"]):
        words += ["--ro-bind", folder, folder]
    return [*words, "--bind", str(volume), str(volume), "--chdir", str(ROOT), *command]


def test_it_is_prepared_and_serves_the_images_own_files(
    image: Mapping[str, str], volume: Path, tmp_path: Path
) -> None:
    environment = {**image, "DATA": str(volume)}
    prepare = [sys.executable, "-m", "scripts.prepare"]
    done = subprocess.run(
        contained(prepare, image, volume),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    def web(port: int) -> Process:
        command = contained([str(ROOT / "scripts" / "program.sh"), "web"], image, volume)
        own = {**environment, "PORT": str(port)}
        return Process("web", command, log=tmp_path / "web.log", environment=own)

    process, port = start_on_free_port(web, lambda port: _read(port, "/healthz") is not None)
    try:
        page = _read(port, "/accounts/login/") or ""
        style = re.search(r'href="(/static/css/[^"]+\.[0-9a-f]{12}\.css)"', page)
        assert style, page
        assert _read(port, style[1])
    finally:
        process.stop()


def _read(port: int, path: str) -> str | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return str(answer.read().decode())
    except OSError:
        return None
