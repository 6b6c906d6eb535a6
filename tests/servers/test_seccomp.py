"""FFmpeg runs in its sandbox under the image's seccomp profile, but not under Docker's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from processing.ffmpeg.running.sandbox import Sandbox, detect
from tests.servers import seccomp

ROOT = Path(__file__).resolve().parents[2]
PROFILE = ROOT / "docker" / "seccomp.json"
NOBODY = 65534
# The flags of clone that create a namespace: Docker allows clone only without them.
NAMESPACES = 0x7E020000

pytestmark = [
    pytest.mark.skipif(seccomp.library() is None, reason="libseccomp is not installed"),
    pytest.mark.skipif(detect("auto").kind != "bwrap", reason="bubblewrap does not work here"),
]


def profile() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(PROFILE.read_text())
    return read


def beyond_docker() -> dict[str, Any]:
    """Return the rule that Docker's default profile lacks for a container without capabilities."""
    return next(rule for rule in profile()["syscalls"] if "unshare" in rule["names"])


@pytest.fixture
def docker_default(tmp_path: Path) -> Path:
    """Return our profile with the rules for namespaces and mounts of Docker's default."""
    rules = [rule for rule in profile()["syscalls"] if "unshare" not in rule["names"]]
    threads = {"index": 0, "value": NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}
    rules.append({"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [threads]})
    path = tmp_path / "default.json"
    path.write_text(json.dumps(profile() | {"syscalls": rules}))
    return path


def under(path: Path, *command: str, user: int = NOBODY) -> subprocess.CompletedProcess[str]:
    """Run a command under a profile; if this process is root, as a user without capabilities."""
    words = [sys.executable, "-m", "tests.servers.seccomp", str(path), str(user), *command]
    return subprocess.run(
        words,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def in_sandbox(*command: str) -> list[str]:
    return Sandbox("bwrap").wrap(command, (), None)


def test_ffmpeg_encodes_in_its_sandbox() -> None:
    frame = "testsrc2=size=320x240:rate=25:duration=1"
    audio = "sine=duration=1"
    make = ["-f", "lavfi", "-i", frame, "-f", "lavfi", "-i", audio, "-c:v", "libx264"]
    done = under(
        PROFILE,
        *in_sandbox("/usr/bin/ffmpeg", "-v", "error", *make, "-c:a", "aac", "-f", "null", "-"),
    )
    assert done.returncode == 0, done.stderr


def test_the_sandbox_fails_under_dockers_default(docker_default: Path) -> None:
    assert under(docker_default, "true").returncode == 0
    done = under(docker_default, *in_sandbox("/usr/bin/true"))
    assert done.returncode != 0
    assert "namespace" in done.stderr


@pytest.mark.parametrize("hidden", ["/proc/sys", "/proc/irq"])
def test_the_sandbox_works_where_a_container_protects_its_proc(hidden: str) -> None:
    # Docker masks parts of /proc, which makes the kernel refuse a new /proc in a user namespace.
    container = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", hidden, hidden, "--"]
    done = under(PROFILE, *container, *in_sandbox("/usr/bin/true"))
    assert done.returncode == 0, done.stderr
    with_proc = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    assert "proc" in under(PROFILE, *container, *with_proc).stderr


def test_django_and_its_threads_work() -> None:
    code = (
        "import asyncio, ssl, socket, sqlite3, threading, multiprocessing, tempfile;"
        "asyncio.run(asyncio.to_thread(sum, (1, 2)));"
        "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x';"
        "socket.create_server(('127.0.0.1', 0)).close();"
        "ssl.create_default_context();"
        "sqlite3.connect(':memory:').execute('select 1');"
        "p = multiprocessing.get_context('spawn').Process(target=print); p.start(); p.join();"
        "assert p.exitcode == 0;"
        "tempfile.TemporaryFile().write(b'x')"
    )
    # Our own user: another user may not have access to the folder of this Python.
    done = under(PROFILE, sys.executable, "-c", code, user=os.geteuid())
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("family", ["AF_PACKET", "AF_VSOCK", "AF_ALG"])
def test_sockets_of_other_families_are_refused(family: str) -> None:
    code = f"import socket; socket.socket(socket.{family}, socket.SOCK_RAW)"
    done = under(PROFILE, sys.executable, "-c", code, user=os.geteuid())
    assert "PermissionError" in done.stderr


@pytest.mark.parametrize("dangerous", ["bpf", "keyctl", "kexec_load", "io_uring_setup", "ptrace"])
def test_what_attacks_on_the_kernel_use_is_not_allowed(dangerous: str) -> None:
    allowed = {name for rule in profile()["syscalls"] for name in rule["names"]}
    assert dangerous not in allowed


def test_what_goes_beyond_docker_is_what_bubblewrap_needs() -> None:
    beyond = {"clone", "mount", "pivot_root", "umount2", "unshare"}
    assert set(beyond_docker()["names"]) == beyond
    assert all(rule["names"] for rule in profile()["syscalls"])


@pytest.mark.parametrize("needed", ["clone", "mount", "pivot_root", "umount2"])
def test_without_one_of_them_the_sandbox_fails(needed: str, tmp_path: Path) -> None:
    rules = [
        rule | {"names": [name for name in rule["names"] if name != needed]}
        for rule in profile()["syscalls"]
    ]
    path = tmp_path / "less.json"
    path.write_text(json.dumps(profile() | {"syscalls": rules}))
    assert under(path, *in_sandbox("/usr/bin/true")).returncode != 0
