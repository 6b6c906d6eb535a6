"""The virtual environment in .venv, with the packages that a lock file in requirements/ pins.

A lock file is complete, so nothing is resolved: every line is installed as it is, whatever else an
index offers. uv does that in seconds. If it has no wheel, or cannot reach an index that pip can
reach, pip does it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.console import Failed, must_work, say

_AS_IT_STANDS = ("--quiet", "--no-deps", "--require-hashes")


def ensure(root: Path, lock_name: str) -> Path:
    """Install requirements/<lock_name>.txt into .venv; return its folder of commands.

    Nothing is done if this lock file was installed last. Two commands that start at once wait for
    each other. Raises Failed.
    """
    folder = root / ".venv"
    lock_file = root / "requirements" / f"{lock_name}.txt"
    stamp = folder / f"installed-{lock_name}"
    wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    with _one_at_a_time(root):
        if not _works(folder / "bin" / "python"):
            say("Creating the virtual environment …")
            create(folder)
        if not (stamp.exists() and stamp.read_text() == wanted):
            say(f"Installing requirements/{lock_name}.txt …")
            install(folder, lock_file, root / "requirements" / "installer.txt")
            stamp.write_text(wanted)
    return folder / "bin"


def create(folder: Path) -> None:
    """Create an empty environment; raise Failed if that fails."""
    must_work([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])


def install(folder: Path, lock_file: Path, installer: Path) -> None:
    """Install a lock file with the uv that the installer's lock file pins, or else with pip; raise
    Failed if neither works."""
    pip_install = [*pip(folder), "install", *_AS_IT_STANDS]
    try:
        if not (folder / "bin" / "uv").exists():
            must_work([*pip_install, "--only-binary=:all:", "-r", str(installer)])
        must_work(_uv_install(folder, lock_file), environment=_uv_environment(folder))
    except Failed:
        must_work([*pip_install, "-r", str(lock_file)])


def _uv_install(folder: Path, lock_file: Path) -> list[str]:
    python = str(folder / "bin" / "python")
    words = [str(folder / "bin" / "uv"), "pip", "install", "--python", python]
    return [*words, *_AS_IT_STANDS, "-r", str(lock_file)]


def _uv_environment(folder: Path) -> dict[str, str]:
    """Return an environment that makes uv use the package index that pip is configured to use."""
    words = [*pip(folder), "config", "list"]
    listed = subprocess.run(words, capture_output=True, text=True, check=False)
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    told = {}
    # global.index-url='https://…', :env:.index-url='https://…': the later wins.
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        if name := names.get(key.rpartition(".")[2]):
            told[name] = value.strip("'\"")
    return {**told, **os.environ}


def pip(folder: Path) -> list[str]:
    """Return the first words of a pip command for an environment. They use the running Python's pip
    if that can install elsewhere, and otherwise the environment's own. Raises Failed."""
    options = ["--disable-pip-version-check", "--no-input"]
    python = str(folder / "bin" / "python")
    if _has_pip_for_others():
        return [sys.executable, "-m", "pip", "--python", python, *options]
    if not list(folder.glob("lib/python*/site-packages/pip")):
        must_work([python, "-m", "ensurepip"])
    return [python, "-m", "pip", *options]


def _has_pip_for_others() -> bool:
    """Whether the running Python has a pip that can install elsewhere: 22.3 or newer."""
    if importlib.util.find_spec("pip") is None:
        return False
    major, minor, *_ = importlib.metadata.version("pip").split(".")
    return (int(major), int(minor)) >= (22, 3)


def _works(python: Path) -> bool:
    """Whether the environment's Python still starts (the system's may have been replaced)."""
    if not python.exists():
        return False
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    folder = root / ".vodloom"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
